import type { Kind, Typed } from './codes.ts'
import type { StepUp } from './login.ts'
import type { Policy } from './world.ts'

/**
 * Where a code is taken from before it is known what it really is: `pick` counts back from the
 * newest.
 */
export interface Source {
  from: Typed['is'] | 'mine'
  pick: number
  /** Steps from now, for an authenticator's code. */
  offset: number
  /** Which code of a set. */
  n: number
  digits: 6 | 8
}

/**
 * One call of the library, or of the world around it. Tokens are places among what came to light;
 * -1 is one that keystep never made.
 */
export type Command<C = Typed> =
  | { do: 'login.begin'; user: string; device: number | null; expects: boolean }
  | { do: 'login.verify'; challenge: number; code: C; factor?: Kind | undefined; remember: boolean }
  | ({ do: 'stepUp.begin' } & StepUp)
  | { do: 'stepUp.verify'; challenge: number; session: string; code: C; factor?: Kind | undefined }
  | {
      do: 'stepUp.check'
      permit: number
      user: string
      session: string
      purpose: string
      stamp: number | null
    }
  | { do: 'sessions.check'; user: string; stamp: number | null }
  | { do: 'totp.enroll'; permit: number; session: string }
  | { do: 'totp.confirm'; enrollment: number; session: string; code: C }
  | { do: 'totp.import'; user: string; key: number; digits: 6 | 8; floor: number | null }
  | {
      do: 'sms.enroll'
      permit: number
      session: string
      number: string
      backup: boolean
      fails: boolean
    }
  | { do: 'sms.confirm'; enrollment: number; session: string; code: C }
  | { do: 'sms.send'; challenge: number; session: string; to: 'primary' | 'backup'; fails: boolean }
  | { do: 'sms.import'; user: string; number: string; backup: boolean }
  | { do: 'backupCodes.regenerate'; permit: number; session: string }
  | { do: 'factors.remove'; permit: number; session: string; factor: number | 'all' }
  | { do: 'factors.rename'; user: string; factor: number }
  | { do: 'devices.revoke'; user: string; device: number | 'all' }
  | { do: 'recovery.issueSupportCode'; user: string }
  | { do: 'recovery.passwordChanged'; user: string }
  | { do: 'recovery.reset'; user: string }
  | { do: 'recovery.unlock'; user: string }
  | { do: 'maintenance.erase'; user: string }
  | { do: 'policy'; user: string; policy: Exclude<Policy, object> | { inDays: number } }
  /** The user's backup codes become those of another system, as an import would bring them. */
  | { do: 'imported'; user: string }
  /** Moves the clock; `'unlocked'` waits for the end of a user's lock. */
  | { do: 'clock'; seconds: number | 'unlocked'; user: string }

/** A step of a history: one command, or two at the same time. */
export type Step = Command<Source> | { do: 'both'; pair: [Command<Source>, Command<Source>] }

/** Which handles a command names, and in which list they lie. */
export const PLACES = {
  challenge: 'challenges',
  permit: 'permits',
  enrollment: 'enrollments',
  device: 'devices',
  factor: 'factors',
  key: 'keys',
  stamp: 'stamps',
} as const
