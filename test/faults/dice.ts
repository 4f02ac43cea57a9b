/** Dice by seed, so that a run that found something can be run again. */
export interface Dice {
  /** A whole number from 0 up to, and without, `below`. */
  roll(below: number): number
  pick<T>(from: readonly T[]): T
}

/** A linear congruential generator of 48 bits, as in POSIX drand48. */
export function throwDice(seed: number): Dice {
  let state = (BigInt(seed) << 16n) + 0x330en
  const roll = (below: number): number => {
    state = (state * 0x5deece66dn + 11n) & 0xffff_ffff_ffffn
    return Math.floor((Number(state >> 16n) / 2 ** 32) * below)
  }
  return { roll, pick: (from) => from[roll(from.length)]! }
}
