import { randomBytes } from '../crypto/random.ts'
import { KeystepError } from '../errors.ts'

const MOST_TRIES = 64
const LONGEST_PAUSE_MS = 50

/** What one turn of the loop came to: done, or its swap was lost to somebody else's. */
export type Turn<R> = { readonly done: R } | 'lost'

/**
 * The one loop of compare-and-swap: takes turns until a swap is won or none is wanted. A lost swap
 * begins again with what is there now, after a random while that grows with every try, so that
 * whoever lost does not meet the same winners again.
 *
 * @throws `ERR_CONTENTION` after 64 lost swaps, and what a turn throws.
 */
export async function untilSwapped<R>(turn: () => Promise<Turn<R>>): Promise<R> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const turned = await turn()
    if (turned !== 'lost') return turned.done
    await pause(tries)
  }
  throw new KeystepError('ERR_CONTENTION', `the record changed under each of ${MOST_TRIES} tries`)
}

function pause(tries: number): Promise<void> {
  const share = randomBytes(1)[0]! / 256
  return new Promise((resume) => setTimeout(resume, share * Math.min(2 ** tries, LONGEST_PAUSE_MS)))
}
