import { memoryStore } from 'keystep/stores/memory'
import type { RecordStore } from 'keystep/stores'
import { lossyStores } from '../faults/lossy-stores.ts'
import { PLAN, type Rules } from './rules.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * One rule changed at a time, as a flaw would change it. A model that did not see these would not
 * see them in the library either.
 */
export const MUTATIONS: Readonly<Record<string, Partial<Rules>>> = {
  'one more free attempt': { freeAttempts: 6 },
  'a hard stop one later (63B-4 3.2.2)': { hardStop: 51 },
  'a monthly stop one later': { monthlyStop: 101 },
  'a month of 20 days': { month: 20 * DAY },
  'a first lock of 59 seconds (PCI DSS 8.3.4)': { firstLock: 59_000 },
  'locks that do not grow (RFC 4226 7.3)': { lockGrowth: 1 },
  'locks of two hours': { longestLock: 2 * HOUR },
  'a success that ends no streak': { successEndsStreak: false },
  'an app code that ends the recovery streak': { codeSuccessEndsRecovery: true },
  'a backup code that leaves the lock of codes': { recoveryEndsCodes: false },
  'a backup code that leaves the hard stop': { recoveryLiftsStop: false },
  'a backup code that empties the 30-day account': { recoveryEmptiesAccount: true },
  'a support code or a new set that empties the 30-day account': { restartEmptiesAccount: true },
  'a reset that empties the 30-day account': { resetEmptiesAccount: true },
  'eleven more after a monthly stop': { relief: 11 },
  'none more after a monthly stop': { relief: 0 },
  'an owner told from the sixth in a row on': { toldInARow: 6 },
  'an owner told from the twenty-first in 30 days on': { toldInAccount: 21 },
  'a confirmation that ends a streak': { confirmEndsStreak: true },
  'a password change that ends a streak': { passwordChangeEndsStreak: true },
  'new backup codes that leave the recovery counter': { regenerateRestartsRecovery: false },
  'a support code that leaves the recovery counter': { supportRestartsRecovery: false },
  'a replay that is counted': { replayIsCounted: true },
  'backup and support codes under the lock of digits (V19)': { madeCodesAreLocked: true },
  'a wrong backup code that is counted (V19)': { wrongMadeCodeIsCounted: true },
  'a wrong backup code told apart while digits are locked': { lockAnswersWrongMadeCode: false },
  'imported backup codes beside their lock (63B-4 3.2.2)': { importedCodesAreLocked: false },
  'a window of two steps (RFC 6238 5.2)': { window: 2 },
  'no window': { window: 0 },
  'codes accepted twice (RFC 6238 5.2)': { replayFloor: false },
  'the enrolling code accepted at login (V5)': { enrollingStepIsUsed: false },
  'drift learned from one success': { successesThatTeachDrift: 1 },
  'drift never learned (RFC 6238 6)': { successesThatTeachDrift: Infinity },
  'drift of three steps': { mostDrift: 3 },
  'a clock search of 9 steps': { clockSearch: 9 },
  'imports that forget the last used step': { importKeepsFloor: false },
  'a fourth authenticator': { mostAuthenticators: 4 },
  'challenges of 6 minutes': { challengeLife: 6 * MINUTE },
  'permits of 11 minutes': { permitLife: 11 * MINUTE },
  'a clock that may run an hour ahead': { clockTolerance: HOUR },
  'challenges good for two successes': { challengeIsSpent: false },
  'permits good for two changes (V14)': { permitIsSpent: false },
  'challenges that outlive a hard stop (V20)': { hardStopEndsChallenges: false },
  'permits of other sessions (V12)': { tokensAreBoundToSession: false },
  'tokens that outlive a password change': { epochEndsTokens: false },
  'a first factor from before the password change': { freshMeansSinceEpoch: false },
  'a recent login that manages factors (ASVS 7.5.1)': { recentlyVerifiedManages: true },
  'a remembered device that steps up (63B-4 5.1)': { rememberedIsVerified: true },
  'backup codes good twice (V9)': { backupCodesAreSpent: false },
  'old backup codes beside new ones': { regenerateEndsOldSet: false },
  'support codes of two days': { supportLife: 2 * DAY },
  'a support code that an accepted code leaves': { supportIsCancelledByCodes: false },
  'a support code that steps up': { stepUpTakesSupportCode: true },
  'a recovery that leaves the former factors': { recoveryReplacesAll: false },
  'SMS codes of 6 minutes': { smsLife: 6 * MINUTE },
  'messages every 29 seconds': { smsPause: 29_000 },
  'a sixth message in an hour (V21)': { smsPerHour: 6 },
  'an eleventh message in a day': { smsPerDay: 11 },
  'an eleventh message to a number in an hour': { numberPerHour: 11 },
  'SMS codes good for any challenge (ASVS 6.6.2)': { smsIsBoundToChallenge: false },
  'SMS codes good twice (63B-4 3.1.3.2)': { smsIsUsedOnce: false },
  "another challenge's SMS code counted": { elsewhereIsCounted: true },
  'a resend that resets the failures (V22)': { resendResetsFailures: true },
  'messages to a locked user': { lockedMaySend: true },
  'every failed message forgiven': { failuresForgiven: 'every' },
  'no failed message forgiven': { failuresForgiven: 'none' },
  'failed messages that are not debited': { lostMessageIsDebited: false },
  'devices for 31 days': { deviceLife: 31 * DAY },
  'one more device': { mostDevices: 4 },
  'devices that outlive a password change': { passwordChangeEndsDevices: false },
  'the last required factor removed': { requiredKeepsLast: false },
  'what a factor paid for outlives its removal (V32)': { removalRenewsEpoch: false },
  'what a number paid for outlives its successor (V32)': { replacementRenewsEpoch: false },
  // With the epoch of the first factor in its way, a password that adds a factor beside a live one
  // changes nothing that can be seen: test/tokens/permit.test.ts holds that wall by itself.
  'what was begun without a factor outlives the first one (V16)': {
    everyFirstFactorRenewsEpoch: false,
  },
  'a factor added that ends what was begun': { additionRenewsEpoch: true },
  'a proof that counts under another stamp': { stampDecides: false },
  'backup codes that outlive the last factor': { lastFactorEndsBackupCodes: false },
  'a password change that strips the factors (V28)': { passwordChangeStripsFactors: true },
  'a reset that forgets the messages sent': { resetKeepsSends: false },
  'a reset that leaves the password alone': { resetNeedsSupportCode: false },
  'an unlock that keeps the 30 days': { unlockEndsMonth: false },
  'tokens that outlive an erased user': { eraseEndsTokens: false },
  'a lone backup number': { loneBackupIsPromoted: false },
}

export const mutated = (name: string): Rules => ({ ...PLAN, ...MUTATIONS[name] })

/** Stores that a flow without its swap, or with one that is lost, would amount to. */
export const STORES: Readonly<Record<string, () => RecordStore>> = {
  ...Object.fromEntries(
    Object.entries(lossyStores).map(([flaw, make]) => [
      `acknowledges a write and ${flaw}`,
      () => make(memoryStore()),
    ]),
  ),
  'writes without comparing (V2, V6, V9)': () => {
    const store = memoryStore()
    const put = async (key: string, value: string): Promise<string | null> =>
      store.put(key, value, { expected: (await store.get(key))?.version ?? null })
    return {
      get: (key) => store.get(key),
      put,
      delete: (key, o) => store.delete(key, o),
      keys: (o) => store.keys(o),
    }
  },
  'answers reads of a moment ago': () => {
    const store = memoryStore()
    const seen = new Map<string, { value: string; version: string } | null>()
    let reads = 0
    const get = async (key: string): Promise<{ value: string; version: string } | null> => {
      if (++reads % 10 === 0 && seen.has(key))
        return { value: seen.get(key)!.value, version: (await store.get(key))!.version }
      const found = await store.get(key)
      if (found) seen.set(key, found)
      return found
    }
    return {
      get,
      put: (key, value, o) => store.put(key, value, o),
      delete: (key, o) => store.delete(key, o),
      keys: (o) => store.keys(o),
    }
  },
}
