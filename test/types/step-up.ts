import { type LoginGrant, StepUpGrant, type TwoFactor } from 'keystep'

declare const twoFactor: TwoFactor
declare const loginGrant: LoginGrant
declare function pay(grant: StepUpGrant): void
const userId = 'ann'
const sessionId = 's1'

// A permit is a string that allows; only a check turns it into a grant that opens.
const v = await twoFactor.stepUp.verify({ challenge: '', code: '123456', sessionId })
pay(v.grant) // fails: TS2339
v.permit // fails: TS2339
if (v.outcome === 'accepted') pay(v.permit) // fails: TS2345
if (v) pay(v.permit) // fails: TS2339 no-unnecessary-condition

const checked = await twoFactor.stepUp.check({ permit: '', userId, sessionId, purpose: 'pay' })
pay(checked.grant) // fails: TS2339
if (checked.outcome === 'accepted') pay(checked.grant)
if (checked) pay(checked.grant) // fails: TS2339 no-unnecessary-condition
if (await twoFactor.stepUp.check({ permit: '', userId, sessionId, purpose: 'pay' })) pay(loginGrant) // fails: TS2345 no-unnecessary-condition

// A login is no step-up, and no grant is made by hand.
pay(loginGrant) // fails: TS2345
pay({ userId, sessionId, purpose: 'pay', assurance: 'mfa', verifiedAt: new Date() }) // fails: TS2345
if (checked.outcome === 'accepted') pay({ ...checked.grant }) // fails: TS2345
new StepUpGrant({ userId, sessionId, purpose: 'pay', assurance: 'mfa', verifiedAt: new Date() }) // fails: TS2673

// What a permit is bound to cannot be left out.
await twoFactor.stepUp.check({ permit: '', userId, sessionId }) // fails: TS2345
await twoFactor.stepUp.check({ permit: '', userId, purpose: 'pay' }) // fails: TS2345
await twoFactor.stepUp.begin({ userId, purpose: 'pay' }) // fails: TS2345
await twoFactor.stepUp.begin({ userId, sessionId, purpose: 'pay', firstFactorAt: 1700000000 }) // fails: TS2322
await twoFactor.stepUp.verify({ challenge: '', code: '123456' }) // fails: TS2345
