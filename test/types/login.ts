import { type Login, LoginGrant, type Secret, type TwoFactor } from 'keystep'

declare const twoFactor: TwoFactor
declare const challenge: string
declare const permit: string
declare const real: LoginGrant
declare function openSession(grant: LoginGrant): void
declare function setCookie(value: string): void

// The grant stands on the accepted branch alone.
const v = await twoFactor.login.verify({ challenge, code: '123456' })
openSession(v.grant) // fails: TS2339
openSession(v) // fails: TS2345
if (v.outcome === 'accepted') openSession(v.grant)
if (v.outcome === 'rejected') openSession(v.grant) // fails: TS2339
if (v.outcome !== 'rejected') openSession(v.grant) // fails: TS2339
if (v.outcome === 'enroll') openSession(v.permit) // fails: TS2345
if (v.outcome === 'rejected' && v.reason === 'wrong_code') v.retryAt.getTime() // fails: TS18048
if (v.outcome === 'rejected' && v.reason === 'expired') v.retryAt // fails: TS2339
if (v.outcome === 'ok') openSession(real) // fails: TS2367
if (v.outcome === 'rejected' && v.reason === 'wrong') setCookie('') // fails: TS2367

// A result is an object, and every object is true: it cannot be a condition.
if (v) openSession(real) // fails: no-unnecessary-condition
if (await twoFactor.login.verify({ challenge, code: '123456' })) openSession(real) // fails: no-unnecessary-condition
if (twoFactor.login.verify({ challenge, code: '123456' })) openSession(real) // fails: TS2801 no-misused-promises no-unnecessary-condition
if (!v) setCookie('') // fails: no-unnecessary-condition
const opened = v ? real : null // fails: no-unnecessary-condition
const both = v && real // fails: no-unnecessary-condition
if (v === true) openSession(real) // fails: TS2367
if (v.outcome) openSession(real) // fails: no-unnecessary-condition
const open: boolean = v // fails: TS2322
twoFactor.login.verify({ challenge, code: '123456' }) // fails: no-floating-promises

// A grant cannot be made by hand, copied, spread, subclassed or stored and read again.
openSession({ userId: 'ann', amr: ['pwd'], assurance: 'mfa', verifiedAt: new Date() }) // fails: TS2345
openSession({ ...real }) // fails: TS2345
openSession(structuredClone(real) as unknown as { userId: string }) // fails: TS2345
new LoginGrant({ userId: 'ann', amr: ['pwd'], assurance: 'mfa', verifiedAt: new Date() }) // fails: TS2673
class Forged extends LoginGrant {} // fails: TS2675
real.userId = 'bob' // fails: TS2540
openSession(permit) // fails: TS2345
openSession(challenge) // fails: TS2345

// What begin decides has to be looked at, too.
const d = await twoFactor.login.begin({ userId: 'ann' })
openSession(d.grant) // fails: TS2339
if (d.next === 'challenge') openSession(d.grant) // fails: TS2339
if (d.next === 'enroll') openSession(d.permit) // fails: TS2345
if (d.next === 'proceed') openSession(d.grant)
if (d) openSession(real) // fails: no-unnecessary-condition

// Inputs.
await twoFactor.login.begin({ userId: 42 }) // fails: TS2322
await twoFactor.login.begin({}) // fails: TS2345
await twoFactor.login.begin('ann') // fails: TS2345
await twoFactor.login.verify({ challenge, code: 123456 }) // fails: TS2322
await twoFactor.login.verify({ challenge }) // fails: TS2345
await twoFactor.login.verify({ challenge, code: '123456', userId: 'ann' }) // fails: TS2353
await twoFactor.login.verify({ challenge, code: '123456', factor: 'email' }) // fails: TS2322
await twoFactor.login.verify({ challenge, code: '123456', rememberDevice: true }) // fails: TS2322

// A device token is a secret until it is revealed into its cookie.
if (v.outcome === 'accepted') setCookie(v.device.token.reveal()) // fails: TS18048
if (v.outcome === 'accepted' && v.device) setCookie(v.device.token) // fails: TS2345
if (v.outcome === 'accepted' && v.device) setCookie(v.device.token.reveal())
