const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * The plan as numbers and yes-or-no rules; the mutations change one of them at a time. Spans are
 * milliseconds.
 */
export const PLAN = {
  // Attempts (63B-4 3.2.2, RFC 4226 7.3)
  freeAttempts: 5,
  hardStop: 50,
  monthlyStop: 100,
  month: 30 * DAY,
  firstLock: MINUTE,
  lockGrowth: 2,
  longestLock: HOUR,
  successEndsStreak: true,
  codeSuccessEndsRecovery: false,
  recoveryEndsCodes: true,
  recoveryLiftsStop: true,
  recoveryEmptiesAccount: false,
  restartEmptiesAccount: false,
  resetEmptiesAccount: false,
  relief: 10,
  mostKept: 100,
  toldInARow: 5,
  toldInAccount: 20,
  confirmEndsStreak: false,
  passwordChangeEndsStreak: false,
  regenerateRestartsRecovery: true,
  supportRestartsRecovery: true,
  replayIsCounted: false,
  // What keystep made cannot be guessed (V19); what another system made can be
  madeCodesAreLocked: false,
  wrongMadeCodeIsCounted: false,
  lockAnswersWrongMadeCode: true,
  importedCodesAreLocked: true,
  // TOTP (RFC 6238 5.2, 6)
  window: 1,
  replayFloor: true,
  enrollingStepIsUsed: true,
  successesThatTeachDrift: 2,
  mostDrift: 2,
  clockSearch: 10,
  importKeepsFloor: true,
  mostAuthenticators: 3,
  // Tokens
  challengeLife: 5 * MINUTE,
  permitLife: 10 * MINUTE,
  clockTolerance: 5 * MINUTE,
  challengeIsSpent: true,
  permitIsSpent: true,
  hardStopEndsChallenges: true,
  tokensAreBoundToSession: true,
  epochEndsTokens: true,
  freshMeansSinceEpoch: true,
  stampDecides: true,
  removalRenewsEpoch: true,
  replacementRenewsEpoch: true,
  everyFirstFactorRenewsEpoch: true,
  additionRenewsEpoch: false,
  // Permits
  /** Held a second time: the first factor ends every permit of before. */
  passwordAloneAddsBesideLive: false,
  recentlyVerifiedManages: false,
  rememberedIsVerified: false,
  // Backup and support codes
  backupCodesAreSpent: true,
  regenerateEndsOldSet: true,
  supportLife: DAY,
  supportIsCancelledByCodes: true,
  stepUpTakesSupportCode: false,
  recoveryReplacesAll: true,
  // SMS (63B-4 3.1.3.2)
  smsLife: 5 * MINUTE,
  smsPause: 30 * SECOND,
  smsPerHour: 5,
  smsPerDay: 10,
  numberPerHour: 10,
  numberPerDay: 20,
  smsIsBoundToChallenge: true,
  smsIsUsedOnce: true,
  elsewhereIsCounted: false,
  resendResetsFailures: false,
  lockedMaySend: false,
  failuresForgiven: 'one_in_a_row' as 'one_in_a_row' | 'every' | 'none',
  lostMessageIsDebited: true,
  // Devices (63B-4 5.1)
  deviceLife: 30 * DAY,
  mostDevices: 3,
  passwordChangeEndsDevices: true,
  // Policy, and what rests on the last factor
  requiredKeepsLast: true,
  lastFactorEndsBackupCodes: true,
  passwordChangeStripsFactors: false,
  resetKeepsSends: true,
  resetNeedsSupportCode: true,
  unlockEndsMonth: true,
  eraseEndsTokens: true,
  loneBackupIsPromoted: true,
}

export type Rules = typeof PLAN
