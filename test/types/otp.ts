import { buildKeyUri, generateHotp, generateTotp, OtpKey, parseKeyUri, verifyHotp, verifyTotp } from 'keystep/otp'

declare const key: OtpKey
declare function openDoor(): void
declare function save(step: number): void
const at = new Date(0)

// A forgotten floor is how a code is accepted twice.
verifyTotp(key, '123456', { at }) // fails: TS2345
verifyTotp(key, '123456', { at, lastUsedStep: undefined }) // fails: TS2322
verifyTotp(key, '123456', { at, lastUsedStep: null })
verifyTotp(key, '123456', { lastUsedStep: null }) // fails: TS2345

// Codes are text: a number has lost its leading zeros.
verifyTotp(key, 123456, { at, lastUsedStep: null }) // fails: TS2345
verifyHotp(key, 123456, { counter: 0 }) // fails: TS2345
verifyHotp(key, '123456', {}) // fails: TS2345

// The result is a match or null; a match holds the step, and no yes or no.
const match = verifyTotp(key, '123456', { at, lastUsedStep: null })
save(match.step) // fails: TS18047
if (match) save(match.step)
if (match === true) openDoor() // fails: TS2367
if (match?.valid) openDoor() // fails: TS2339
const accepted: boolean = verifyTotp(key, '123456', { at, lastUsedStep: null }) // fails: TS2322

// Instants are dates, periods are seconds, the rest has names.
generateTotp(key, { at: 1700000000 }) // fails: TS2322
generateTotp(key, { at, period: 30 }) // fails: TS2353
generateTotp(key, { at, digits: 9 }) // fails: TS2322
generateTotp(key, { at, algorithm: 'sha1' }) // fails: TS2820
generateHotp(key) // fails: TS2554

// Keys are keys.
generateTotp('JBSWY3DPEHPK3PXP', { at }) // fails: TS2345
new OtpKey(new Uint8Array(20)) // fails: TS2673
const copied: OtpKey = { ...key } // fails: missing-members
const printed: string = key // fails: TS2322
const uri: string = buildKeyUri({ key, issuer: 'Portal', account: 'ann' }) // fails: TS2322
buildKeyUri({ key: 'JBSWY3DPEHPK3PXP', issuer: 'Portal', account: 'ann' }) // fails: TS2322
parseKeyUri(buildKeyUri({ key, issuer: 'Portal', account: 'ann' }).reveal()).secret // fails: TS2339
