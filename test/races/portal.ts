import {
  createKeyring,
  createTwoFactor,
  generateKeyringKey,
  type TwoFactor,
} from '../../src/index.ts'
import { generateTotp, OtpKey } from '../../src/otp/index.ts'
import type { RecordStore } from '../../src/stores/record-store.ts'
import { challenge, enroll } from '../flow/house.ts'
import { markImported } from '../record/record.ts'

const STEP_MS = 30_000

/**
 * The portal's own process: it enrolls, looks at the record and moves the clock, while others race.
 */
export interface Portal {
  readonly keyring: string
  readonly twoFactor: TwoFactor
  /**
   * The one clock of all processes; it stands still during a race, so that no lock runs out and no
   * step ends in the middle.
   */
  readonly at: Date
  wait(seconds: number): void
  /**
   * A user with authenticators (1 to 3) and unspent backup codes, whose current codes are unused.
   */
  enroll(userId: string, authenticators?: number): Promise<Enrolled>
  /** A user with one authenticator and no backup codes. */
  importUser(userId: string): Promise<Pick<Enrolled, 'codes'>>
  /** Marks a user's backup codes as those of another system: wrong ones are counted. */
  markImported(userId: string): Promise<void>
  challenge(userId: string): Promise<string>
}

export interface Enrolled {
  /** The current code of each authenticator, or that of a step before or after. */
  codes(step?: number): string[]
  readonly backupCodes: readonly string[]
}

/** As many as a set can have, so that one user has 35 right codes at once. */
export const BACKUP_CODES = 32

export function openPortal(store: RecordStore): Portal {
  let at = new Date('2026-11-22T12:00:00Z')
  const keyring = generateKeyringKey()
  const twoFactor = createTwoFactor({
    issuer: 'Example Hosting',
    store,
    keyring: createKeyring(keyring),
    backupCodes: { count: BACKUP_CODES },
    now: () => at,
  })
  const codesOf =
    (keys: readonly OtpKey[]) =>
    (step = 0) =>
      keys.map((key) => generateTotp(key, { at: new Date(at.getTime() + step * STEP_MS) }))
  const importKey = async (userId: string): Promise<OtpKey> => {
    const key = OtpKey.generate()
    const imported = await twoFactor.totp.import({ userId, key })
    if (imported.outcome !== 'accepted') throw new Error(imported.reason)
    return key
  }
  return {
    keyring,
    twoFactor,
    get at() {
      return at
    },
    wait: (seconds) => void (at = new Date(at.getTime() + seconds * 1000)),
    enroll: async (userId, authenticators = 1) => {
      const { phone, backupCodes } = await enroll(twoFactor, userId, () => at)
      const keys = [phone.key]
      while (keys.length < authenticators) keys.push(await importKey(userId))
      at = new Date(at.getTime() + 2 * STEP_MS)
      return { codes: codesOf(keys), backupCodes }
    },
    importUser: async (userId) => ({ codes: codesOf([await importKey(userId)]) }),
    markImported: (userId) => markImported({ store, keyring: createKeyring(keyring) }, userId),
    challenge: (userId) => challenge(twoFactor, userId),
  }
}

/** Wrong codes of six digits, all different, none of them right within ten minutes. */
export function wrongCodes({ codes }: Pick<Enrolled, 'codes'>, count: number): string[] {
  const right = new Set(Array.from({ length: 41 }, (_, i) => codes(i - 20)).flat())
  const wrong: string[] = []
  for (let n = 0; wrong.length < count; n++) {
    const code = String(n * 3947).padStart(6, '0')
    if (!right.has(code)) wrong.push(code)
  }
  return wrong
}
