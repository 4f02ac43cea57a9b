import { type BackupCodes, createBackupCodes } from './backup-codes.ts'
import { createDevices, type Devices } from './devices.ts'
import { createFactors, type Factors } from './factors.ts'
import { createLogin, type Login } from './login.ts'
import { createMaintenance, type Maintenance } from './maintenance.ts'
import { createRecovery, type Recovery } from './recovery.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { resolveSettings, type TwoFactorOptions } from '../record/settings.ts'
import { createSms, type Sms } from './sms.ts'
import { type Status, status } from './status.ts'
import { createStepUp, type StepUp } from './step-up.ts'
import { createTotp, type Totp } from './totp.ts'

/**
 * A portal's second factor. `twoFactor.login.verify` is in `flow/login.ts`, and so on for every
 * property.
 */
export interface TwoFactor {
  readonly login: Login
  readonly stepUp: StepUp
  readonly totp: Totp
  readonly sms: Sms
  readonly backupCodes: BackupCodes
  readonly devices: Devices
  readonly factors: Factors
  readonly recovery: Recovery
  readonly sessions: Sessions
  readonly maintenance: Maintenance
  readonly status: Status
}

/**
 * Binds options to the calls of a portal. It does no I/O, starts no timer and keeps no state of any
 * user, so it may be made once or per request.
 *
 * @throws `ERR_OPTION`
 */
export function createTwoFactor(options: TwoFactorOptions): TwoFactor {
  const settings = resolveSettings(options)
  return {
    login: createLogin(settings),
    stepUp: createStepUp(settings),
    totp: createTotp(settings),
    sms: createSms(settings),
    backupCodes: createBackupCodes(settings),
    devices: createDevices(settings),
    factors: createFactors(settings),
    recovery: createRecovery(settings),
    sessions: createSessions(settings),
    maintenance: createMaintenance(settings),
    status: (input) => status(settings, input),
  }
}
