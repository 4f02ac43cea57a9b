import { randomBytes } from '../crypto/random.ts'
import { bareText } from '../text/bare-text.ts'

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

/** The number of a line on a printed list: no code has a dot within, so nothing else reads so. */
const LIST_NUMBER = /^[0-9]{1,2}[.):]+/

/**
 * A typed text as exactly so many letters of the alphabet, or null: case, the noise that people
 * paste along and the number in a printed list do not matter, O is 0, I and L are 1.
 */
export function normalizeCrockford(typed: unknown, length: number): string | null {
  if (typeof typed !== 'string' || typed.length > MOST_TYPED) return null
  const line = bareText(typed)
  const bare = LIST_NUMBER.test(line) ? bareText(line.replace(LIST_NUMBER, '')) : line
  if (bare.length !== length || !/^[0-9A-TV-Za-tv-z]+$/.test(bare)) return null
  return bare.toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1')
}
