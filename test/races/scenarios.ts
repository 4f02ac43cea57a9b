import type { Attempt } from './messages.ts'
import { BACKUP_CODES, type Portal, wrongCodes } from './portal.ts'

/** What is fired, and what may come of it. */
export interface Race {
  readonly attempts: readonly Attempt[]
  readonly accepted: number
  /** Wrong codes that may be disclosed as such, before the lock. */
  readonly budget: number
  /** The one reason that all the others are told. */
  readonly rest: 'already_used' | 'expired' | 'locked' | 'none'
  /** Codes that are spent afterwards, whoever was told so. */
  readonly spent?: readonly string[]
  readonly backupCodesLeft?: number
  /**
   * The lock afterwards, wrong codes disclosed before the race, and a code that is right once the
   * lock is over.
   */
  readonly lock?: {
    readonly seconds: number
    readonly earlier: number
    readonly right: () => string
  }
}

export interface Scenario {
  readonly name: string
  readonly prepare: (portal: Portal, userId: string, attempts: number) => Promise<Race>
}

/**
 * One user whom all processes serve at once, and somebody who wants more of it than one acceptance
 * or five guesses.
 */
export const attacks: readonly Scenario[] = [
  {
    name: 'the same code',
    prepare: async (portal, userId, attempts) => {
      const [code] = (await portal.enroll(userId)).codes()
      return {
        attempts: fire(userId, [code!], attempts),
        accepted: 1,
        budget: 0,
        rest: 'already_used',
        spent: [code!],
      }
    },
  },
  {
    name: 'the same backup code',
    prepare: async (portal, userId, attempts) => {
      const spent = (await portal.enroll(userId)).backupCodes.slice(0, 1)
      return {
        attempts: fire(userId, spent, attempts),
        accepted: 1,
        budget: 0,
        rest: 'already_used',
        spent,
        backupCodesLeft: BACKUP_CODES - 1,
      }
    },
  },
  {
    name: 'one challenge, 41 right codes',
    prepare: async (portal, userId, attempts) => {
      const user = await portal.enroll(userId, 3)
      const right = [...user.codes(-1), ...user.codes(), ...user.codes(1), ...user.backupCodes]
      return {
        attempts: fire(userId, right, attempts, await portal.challenge(userId)),
        accepted: 1,
        budget: 0,
        rest: 'expired',
      }
    },
  },
  {
    name: 'wrong codes',
    prepare: async (portal, userId, attempts) => {
      const user = await portal.enroll(userId)
      const lock = { seconds: 60, earlier: 0, right: () => user.codes()[0]! }
      return {
        attempts: fire(userId, wrongCodes(user, attempts), attempts),
        accepted: 0,
        budget: 5,
        rest: 'locked',
        lock,
      }
    },
  },
  {
    name: 'wrong codes, one challenge',
    prepare: async (portal, userId, attempts) => {
      const user = await portal.enroll(userId)
      const lock = { seconds: 60, earlier: 0, right: () => user.codes()[0]! }
      const challenge = await portal.challenge(userId)
      return {
        attempts: fire(userId, wrongCodes(user, attempts), attempts, challenge),
        accepted: 0,
        budget: 5,
        rest: 'locked',
        lock,
      }
    },
  },
  {
    name: 'wrong codes, the first lock over',
    prepare: async (portal, userId, attempts) => {
      const user = await portal.enroll(userId)
      for (const code of wrongCodes(user, 5))
        await portal.twoFactor.login.verify({ challenge: await portal.challenge(userId), code })
      portal.wait(60)
      const lock = { seconds: 120, earlier: 5, right: () => user.codes()[0]! }
      return {
        attempts: fire(userId, wrongCodes(user, attempts), attempts),
        accepted: 0,
        budget: 1,
        rest: 'locked',
        lock,
      }
    },
  },
  {
    name: 'wrong imported backup codes',
    prepare: async (portal, userId, attempts) => {
      const { backupCodes } = await portal.enroll(userId)
      await portal.markImported(userId)
      const wrong = Array.from(
        { length: attempts },
        (_, i) => backupCodes[i % BACKUP_CODES]!.slice(0, -4) + String(1000 + i),
      )
      return {
        attempts: fire(userId, wrong, attempts),
        accepted: 0,
        budget: 5,
        rest: 'locked',
        backupCodesLeft: BACKUP_CODES,
      }
    },
  },
]

/** Honest users: whoever is right gets in, and nothing throws, however many write at once. */
export const honest: readonly Scenario[] = [
  {
    name: '50 honest logins of one user',
    prepare: async (portal, userId) => {
      const user = await portal.enroll(userId, 3)
      const right = [...user.codes(), ...user.backupCodes]
      // The first 15 of the 35 are typed in a second tab, too.
      return {
        attempts: fire(userId, right, 50),
        accepted: right.length,
        budget: 0,
        rest: 'already_used',
        spent: right,
        backupCodesLeft: 0,
      }
    },
  },
  {
    name: 'one honest login of each user',
    prepare: async (portal, userId, attempts) => {
      const typed: Attempt[] = []
      for (let i = 0; i < attempts; i++) {
        const [code] = (await portal.importUser(`${userId} ${i}`)).codes()
        typed.push({ userId: `${userId} ${i}`, code: code! })
      }
      return { attempts: typed, accepted: attempts, budget: 0, rest: 'none' }
    },
  },
]

/**
 * As many attempts as asked for, over the codes in turn; each over a challenge of its own unless
 * one is given.
 */
function fire(
  userId: string,
  codes: readonly string[],
  count: number,
  challenge?: string,
): Attempt[] {
  return Array.from({ length: count }, (_, i) => ({
    userId,
    code: codes[i % codes.length]!,
    ...(challenge !== undefined && { challenge }),
  }))
}
