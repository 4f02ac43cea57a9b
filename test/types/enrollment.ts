import { createTwoFactor, type LoginGrant, type TwoFactor, type TwoFactorOptions } from 'keystep'
import type { RecordStore } from 'keystep/stores'

declare const twoFactor: TwoFactor
declare const options: TwoFactorOptions
declare const store: RecordStore
declare function openSession(grant: LoginGrant): void
declare function render(text: string): void
declare function show(codes: readonly string[]): void

// Enrolling: the key comes out by reveal alone, and only where there is one.
const e = await twoFactor.totp.enroll({ permit: '', account: 'ann' })
e.enrollment // fails: TS2339
if (e) render('enrolled') // fails: no-unnecessary-condition
if (e.outcome === 'accepted') render(e.keyUri) // fails: TS2345
if (e.outcome === 'accepted') render(e.manualKey) // fails: TS2345
if (e.outcome === 'accepted') render(e.keyUri.reveal())
await twoFactor.totp.enroll({ account: 'ann' }) // fails: TS2345
await twoFactor.totp.enroll({ permit: 7, account: 'ann' }) // fails: TS2322

const c = await twoFactor.totp.confirm({ enrollment: '', code: '123456' })
openSession(c.grant) // fails: TS2339
if (c) render('confirmed') // fails: no-unnecessary-condition
if (c.outcome === 'accepted') show(c.backupCodes) // fails: TS2345
if (c.outcome === 'accepted') show(c.backupCodes.reveal()) // fails: TS18047
if (c.outcome === 'accepted' && c.backupCodes) show(c.backupCodes.reveal())
await twoFactor.totp.confirm({ enrollment: '', code: 123456 }) // fails: TS2322

// Switching off takes a permit, never a user id.
await twoFactor.factors.removeAll({ userId: 'ann' }) // fails: TS2353
await twoFactor.factors.removeAll({ permit: '' }) // fails: TS2345
if (await twoFactor.factors.removeAll({ permit: '', sessionId: 's1' })) render('off') // fails: no-unnecessary-condition
await twoFactor.backupCodes.regenerate({ permit: '' }) // fails: TS2345
await twoFactor.recovery.reset({ userId: 'ann' }) // fails: TS2345

// A user id is a string.
await twoFactor.status({ userId: 42 }) // fails: TS2322
await twoFactor.status('ann') // fails: TS2345
await twoFactor.recovery.passwordChanged({ userId: 42 }) // fails: TS2322

// Nothing is made without a store and a keyring.
createTwoFactor({ issuer: 'Portal' }) // fails: TS2345
createTwoFactor({ issuer: 'Portal', store, keyring: 'k1:c2VjcmV0' }) // fails: TS2322
createTwoFactor({ ...options, requirement: () => true }) // fails: TS2322
createTwoFactor({ ...options, requirement: 'required' }) // fails: TS2322
createTwoFactor({ ...options, now: () => 1700000000 }) // fails: TS2322
createTwoFactor({ ...options, windows: 10 }) // fails: TS2353
