/**
 * The second factor of a client portal: `createTwoFactor` over a store and a keyring.
 *
 * @module
 */
export {
  createKeyring,
  generateKeyringKey,
  type Keyring,
  type KeyMaterial,
  type KeyringKey,
  type KeyringKeys,
  type KeyringKeySource,
} from './crypto/keyring.ts'
export { Secret } from './crypto/secret.ts'
export { KeystepError, type KeystepErrorCode } from './errors.ts'
export type { BackupCodes, Regenerated, RegenerateInput } from './flow/backup-codes.ts'
export { createTwoFactor, type TwoFactor } from './flow/create-two-factor.ts'
export type { DeviceIssued } from './tokens/device.ts'
export type { Devices } from './flow/devices.ts'
export type {
  ActivityEntry,
  AttemptKind,
  ErrorHandler,
  EventDetail,
  EventFacts,
  EventHandler,
  FactorKind,
  KeystepEvent,
  RefusalReason,
  RequestContext,
} from './record/events.ts'
export type { Factors, Removal, RemoveAllInput } from './flow/factors.ts'
export { type Assurance, LoginGrant, StepUpGrant } from './flow/grant.ts'
export type { TotpImported, TotpImportInput } from './flow/import-totp.ts'
export type { NumberImported, SmsImportInput } from './flow/import-sms.ts'
export type {
  Login,
  LoginAccepted,
  LoginBeginInput,
  LoginDecision,
  LoginVerdict,
  LoginVerifyInput,
} from './flow/login.ts'
export type { AfterRestoreInput, RestoreDoubt, RestoreReport } from './flow/after-restore.ts'
export type { CheckKeyringInput, KeyringReport } from './flow/check-keyring.ts'
export type { EraseInput } from './flow/erase.ts'
export type { ExportInput, UserExport } from './flow/export.ts'
export type { Maintenance } from './flow/maintenance.ts'
export type { Moved, MoveInput, MovePlace } from './flow/move.ts'
export type { ResealReport } from './flow/reseal.ts'
export type { SummarizeOptions, Summary } from './flow/summarize.ts'
export type {
  ReadableUser,
  UnreadableUser,
  UserEntry,
  UsersInput,
  UsersPage,
} from './flow/users.ts'
export type { MaintenanceOptions, MaintenanceProgress } from './flow/walk.ts'
export type { FactorOffer } from './flow/offer.ts'
export type { Change, Outcome, Rejection, Verdict } from './record/outcome.ts'
export { MANAGE_FACTORS } from './tokens/permit.ts'
export type { EpochRenewed, Recovery } from './flow/recovery.ts'
export type { ResetDone, ResetInput } from './flow/reset.ts'
export type { StaffInput } from './flow/staff.ts'
export type { Unlocked } from './flow/unlock.ts'
export type { Requirement } from './record/requirement.ts'
export type { Sessions } from './flow/sessions.ts'
export type { TwoFactorOptions } from './record/settings.ts'
export type { ConfirmVerdict, Sms } from './flow/sms.ts'
export type { SmsCeiling, SmsCeilings } from './record/sms-ceiling-options.ts'
export type { SmsMessage, SmsOptions, SmsSender } from './record/sms-options.ts'
export type { SendRejection, SmsSent } from './sms/send.ts'
export type { FactorStatus, Status, TwoFactorStatus } from './flow/status.ts'
export type { StepUp, StepUpBeginInput, StepUpDecision } from './flow/step-up.ts'
export type { CounterName, Limits } from './record/throttle.ts'
export type {
  ConfirmRejection,
  Totp,
  TotpConfirmation,
  TotpConfirmed,
  TotpEnrollment,
} from './flow/totp.ts'
