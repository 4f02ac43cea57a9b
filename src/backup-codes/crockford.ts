import { randomBytes } from '../crypto/random.ts'

/**
 * Crockford's base32: no I, L, O or U, so that nothing reads like something else. 32 letters divide
 * 256: no letter is likelier.
 */
export const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const MOST_TYPED = 128

/** So many uniform letters, 5 random bits each. */
export function randomCrockford(length: number): string {
  let text = ''
  for (const byte of randomBytes(length)) text += CROCKFORD[byte & 31]!
  return text
}

// Word processors and phones turn a hyphen into a typographic dash, and a printed sheet is typed or
// pasted from there.
const SPACES_AND_DASHES = /[\s\p{Pd}\u2212]/gu

/**
 * A typed text as exactly so many letters of the alphabet, or null: case, spaces and dashes do not
 * matter, O is 0, I and L are 1.
 */
export function normalizeCrockford(typed: unknown, length: number): string | null {
  if (typeof typed !== 'string' || typed.length > MOST_TYPED) return null
  const bare = typed.replace(SPACES_AND_DASHES, '')
  if (bare.length !== length || !/^[0-9A-TV-Za-tv-z]+$/.test(bare)) return null
  return bare.toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1')
}
