import {
  createKeyring,
  createTwoFactor,
  generateKeyringKey,
  type Keyring,
  type TwoFactor,
} from 'keystep'
import { generateTotp, OtpKey } from 'keystep/otp'
import type { RecordStore } from 'keystep/stores'
import type { Contender } from '../rounds.ts'

const HOUR = 3_600_000
const CHUNK = 64
const START = Date.parse('2026-11-22T12:00:00Z')

/**
 * Users of a portal, enrolled by `totp.import`, and a clock that goes on by an hour a round, so
 * that every verification has a new step.
 */
export class Logins implements Contender {
  readonly name = 'login.verify'
  readonly twoFactor: TwoFactor
  readonly key: OtpKey
  #now: number
  #users: readonly string[]
  #challenges: readonly string[] = []
  #code = ''

  constructor(
    store: RecordStore,
    users: readonly string[],
    keyring: Keyring = createKeyring(generateKeyringKey()),
    key: OtpKey = OtpKey.generate(),
    start: number = START,
  ) {
    this.#users = users
    this.key = key
    this.#now = start
    this.twoFactor = createTwoFactor({
      issuer: 'Bench',
      store,
      keyring,
      now: () => new Date(this.#now),
    })
  }

  async enroll(): Promise<void> {
    await inChunks(this.#users, (userId) => this.twoFactor.totp.import({ userId, key: this.key }))
  }

  /** The next hour's challenges, for `count` users from `from` on, begun beforehand. */
  prepare = async (count: number, from = 0): Promise<void> => {
    this.#now += HOUR
    this.#code = generateTotp(this.key, { at: new Date(this.#now) })
    this.#challenges = await inChunks(this.#users.slice(from, from + count), (userId) =>
      this.#begin(userId),
    )
  }

  /** One full verification. The right code; anything but `accepted` ends the measurement. */
  work = async (index: number): Promise<void> => {
    const { outcome } = await this.twoFactor.login.verify({
      challenge: this.#challenges[index]!,
      code: this.#code,
    })
    if (outcome !== 'accepted') throw new Error(`a right code was ${outcome}`)
  }

  async #begin(userId: string): Promise<string> {
    const decision = await this.twoFactor.login.begin({ userId })
    if (decision.next !== 'challenge') throw new Error(`login.begin said ${decision.next}`)
    return decision.challenge
  }
}

async function inChunks<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (let i = 0; i < items.length; i += CHUNK)
    done.push(...(await Promise.all(items.slice(i, i + CHUNK).map(work))))
  return done
}
