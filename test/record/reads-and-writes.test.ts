import { describe, expect, it } from 'vitest'
import {
  acceptedOf,
  challenge,
  enroll,
  nextCode,
  permit,
  phoneOf,
  SESSION,
  wrongCode,
} from '../flow/house.ts'
import { firstPermit, smsHouse, type SmsHouse } from '../flow/sms-house.ts'

const staff = { actor: 'support/7', reason: 'test' }

interface Cast extends SmsHouse {
  phone: Awaited<ReturnType<typeof enroll>>['phone']
  factorId: string
  backupCodes: readonly string[]
  code: () => string
  leave: () => Promise<string>
}

async function cast(): Promise<Cast> {
  const h = smsHouse()
  const user = await enroll(h.twoFactor, 'ada', h.clock)
  const code = () => nextCode(h.clock, user.phone)
  return { ...h, ...user, code, leave: async () => permit(h.twoFactor, 'ada', code()) }
}

async function stepUpChallenge({ twoFactor }: Cast): Promise<string> {
  const decision = await twoFactor.stepUp.begin({
    userId: 'ada',
    sessionId: SESSION,
    purpose: 'dns.change',
  })
  if (decision.next !== 'challenge') throw new Error(decision.next)
  return decision.challenge
}

/** Prepares what a call needs; what it returns is the call itself, which alone is counted. */
type Prepare = (h: Cast) => Promise<() => Promise<unknown>>

// Section 1 of the plan: one read, and one write where something changed. An SMS costs a read and a
// write of its destination's record beside.
const calls: [name: string, reads: number, writes: number, prepare: Prepare][] = [
  ['status', 1, 0, async (h) => () => h.twoFactor.status({ userId: 'ada' })],
  [
    'login.begin, not enrolled',
    1,
    0,
    async (h) => () => h.twoFactor.login.begin({ userId: 'bob' }),
  ],
  ['login.begin, enrolled', 1, 0, async (h) => () => h.twoFactor.login.begin({ userId: 'ada' })],
  [
    'login.begin, a foreign device',
    1,
    0,
    async (h) => () => h.twoFactor.login.begin({ userId: 'ada', deviceToken: 'ksd_a.b' }),
  ],
  ['login.verify, accepted', 1, 1, async (h) => verify(h, h.code())],
  [
    'login.verify, accepted and remembered',
    1,
    1,
    async (h) => verify(h, h.code(), { rememberDevice: { label: 'x' } }),
  ],
  ['login.verify, a backup code', 1, 1, async (h) => verify(h, h.backupCodes[0]!)],
  [
    'login.verify, a support code',
    1,
    1,
    async (h) =>
      verify(
        h,
        acceptedOf(
          await h.twoFactor.recovery.issueSupportCode({ userId: 'ada', ...staff }),
        ).supportCode.reveal(),
      ),
  ],
  ['login.verify, wrong_code', 1, 1, async (h) => verify(h, wrongCode(h.phone, h.clock()))],
  ['login.verify, a wrong backup code', 1, 0, async (h) => verify(h, '0000-0000-0000-0000')],
  ['login.verify, already_used', 1, 0, async (h) => verify(h, h.phone.code(h.clock()))],
  ['login.verify, malformed_code', 1, 0, async (h) => verify(h, 'open sesame')],
  ['login.verify, factor_unavailable', 1, 0, async (h) => verify(h, '0000-0000-0000-0000-0000')],
  [
    'login.verify, expired',
    1,
    0,
    async (h) => {
      const call = await verify(h, h.code())
      h.clock.advance({ minutes: 6 })
      return call
    },
  ],
  [
    'login.verify, forged',
    0,
    0,
    async (h) => () => h.twoFactor.login.verify({ challenge: 'ksc_x.y.z', code: h.code() }),
  ],
  [
    'stepUp.begin',
    1,
    0,
    async (h) => () =>
      h.twoFactor.stepUp.begin({ userId: 'ada', sessionId: SESSION, purpose: 'dns.change' }),
  ],
  [
    'stepUp.verify, accepted',
    1,
    1,
    async (h) => {
      const asked = await stepUpChallenge(h)
      return () =>
        h.twoFactor.stepUp.verify({ challenge: asked, code: h.code(), sessionId: SESSION })
    },
  ],
  [
    'stepUp.verify, wrong_code',
    1,
    1,
    async (h) => {
      const asked = await stepUpChallenge(h)
      return () =>
        h.twoFactor.stepUp.verify({
          challenge: asked,
          code: wrongCode(h.phone, h.clock()),
          sessionId: SESSION,
        })
    },
  ],
  [
    'stepUp.check',
    1,
    0,
    async (h) => {
      const leave = await h.leave()
      return () =>
        h.twoFactor.stepUp.check({
          permit: leave,
          userId: 'ada',
          sessionId: SESSION,
          purpose: 'manage_factors',
        })
    },
  ],
  [
    'totp.enroll',
    1,
    0,
    async (h) => {
      const leave = await h.leave()
      return () => h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada' })
    },
  ],
  [
    'totp.pending',
    1,
    0,
    async (h) => {
      const { enrollment } = await enrolling(h)
      return () => h.twoFactor.totp.pending({ enrollment, sessionId: SESSION })
    },
  ],
  [
    'totp.confirm, accepted',
    1,
    1,
    async (h) => {
      const { enrollment, phone } = await enrolling(h)
      return () =>
        h.twoFactor.totp.confirm({ enrollment, sessionId: SESSION, code: phone.code(h.clock()) })
    },
  ],
  [
    'totp.confirm, malformed_code',
    0,
    0,
    async (h) => {
      const { enrollment } = await enrolling(h)
      return () => h.twoFactor.totp.confirm({ enrollment, sessionId: SESSION, code: 'x' })
    },
  ],
  [
    'totp.import',
    1,
    1,
    async (h) => () => h.twoFactor.totp.import({ userId: 'ada', key: new Uint8Array(20).fill(2) }),
  ],
  [
    'sms.enroll',
    2,
    2,
    async (h) => {
      const leave = await firstPermit(h, 'bob')
      return () =>
        h.twoFactor.sms.enroll({ permit: leave, sessionId: SESSION, number: '+4915112345678' })
    },
  ],
  [
    'sms.enroll, number_refused',
    0,
    0,
    async (h) => {
      const leave = await firstPermit(h, 'bob')
      return () =>
        h.twoFactor.sms.enroll({ permit: leave, sessionId: SESSION, number: '+15005550006' })
    },
  ],
  [
    'sms.confirm',
    1,
    1,
    async (h) => {
      const begun = acceptedOf(
        await h.twoFactor.sms.enroll({
          permit: await firstPermit(h, 'bob'),
          sessionId: SESSION,
          number: '+4915112345678',
        }),
      )
      return () =>
        h.twoFactor.sms.confirm({
          enrollment: begun.enrollment,
          sessionId: SESSION,
          code: h.outbox.at(-1)!.code,
        })
    },
  ],
  [
    'sms.import',
    1,
    1,
    async (h) => () =>
      h.twoFactor.sms.import({ userId: 'bob', number: '+4915112345678', confirmedAt: h.clock() }),
  ],
  ['sms.send', 2, 2, async (h) => send(h)],
  [
    'sms.send, too_soon',
    1,
    0,
    async (h) => {
      await (
        await send(h)
      )()
      return send(h)
    },
  ],
  [
    'sms.send, factor_unavailable',
    1,
    0,
    async (h) => {
      const asked = await challenge(h.twoFactor, 'ada')
      return () => h.twoFactor.sms.send({ challenge: asked })
    },
  ],
  [
    'backupCodes.regenerate',
    1,
    1,
    async (h) => {
      const leave = await h.leave()
      return () => h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION })
    },
  ],
  [
    'backupCodes.regenerate, expired',
    0,
    0,
    async (h) => () =>
      h.twoFactor.backupCodes.regenerate({ permit: 'ksp_x.y.z', sessionId: SESSION }),
  ],
  [
    'devices.revoke, not_found',
    1,
    0,
    async (h) => () => h.twoFactor.devices.revoke({ userId: 'ada', deviceId: 'x' }),
  ],
  [
    'devices.revokeAll',
    1,
    1,
    async (h) => {
      await (
        await verify(h, h.code(), { rememberDevice: { label: 'x' } })
      )()
      return () => h.twoFactor.devices.revokeAll({ userId: 'ada' })
    },
  ],
  [
    'factors.rename',
    1,
    1,
    async (h) => () =>
      h.twoFactor.factors.rename({ userId: 'ada', factorId: h.factorId, label: 'x' }),
  ],
  [
    'factors.rename, not_found',
    1,
    0,
    async (h) => () => h.twoFactor.factors.rename({ userId: 'ada', factorId: 'x', label: 'x' }),
  ],
  [
    'factors.remove',
    1,
    1,
    async (h) => {
      const leave = await h.leave()
      return () =>
        h.twoFactor.factors.remove({ permit: leave, sessionId: SESSION, factorId: h.factorId })
    },
  ],
  [
    'recovery.issueSupportCode',
    1,
    1,
    async (h) => () => h.twoFactor.recovery.issueSupportCode({ userId: 'ada', ...staff }),
  ],
  [
    'recovery.issueSupportCode, not_found',
    1,
    0,
    async (h) => () => h.twoFactor.recovery.issueSupportCode({ userId: 'bob', ...staff }),
  ],
  [
    'recovery.reset',
    1,
    1,
    async (h) => () => h.twoFactor.recovery.reset({ userId: 'ada', ...staff }),
  ],
  [
    'recovery.unlock',
    1,
    1,
    async (h) => () => h.twoFactor.recovery.unlock({ userId: 'ada', ...staff }),
  ],
  [
    'recovery.unlock, not_found',
    1,
    0,
    async (h) => () => h.twoFactor.recovery.unlock({ userId: 'bob', ...staff }),
  ],
  [
    'maintenance.erase',
    1,
    1,
    async (h) => () => h.twoFactor.maintenance.erase({ userId: 'ada', ...staff }),
  ],
  [
    'maintenance.export',
    1,
    1,
    async (h) => () => h.twoFactor.maintenance.export({ userId: 'ada', ...staff }),
  ],
  [
    'maintenance.export of nobody',
    1,
    0,
    async (h) => () => h.twoFactor.maintenance.export({ userId: 'bob', ...staff }),
  ],
  [
    'recovery.passwordChanged',
    1,
    1,
    async (h) => () => h.twoFactor.recovery.passwordChanged({ userId: 'bob' }),
  ],
]

describe('the exact cost of each call', () => {
  it.each(calls)('%s: %i reads, %i writes', async (_, reads, writes, prepare) => {
    const h = await cast()
    const call = await prepare(h)
    h.store.reset()
    await call()
    expect({ reads: h.store.reads, writes: h.store.writes }).toEqual({ reads, writes })
  })
})

async function verify({ twoFactor }: Cast, code: string, more: object = {}) {
  const asked = await challenge(twoFactor, 'ada')
  return () => twoFactor.login.verify({ challenge: asked, code, ...more })
}

async function enrolling(h: Cast) {
  const { enrollment, keyUri } = acceptedOf(
    await h.twoFactor.totp.enroll({ permit: await h.leave(), sessionId: SESSION, account: 'ada' }),
  )
  return { enrollment, phone: phoneOf(keyUri) }
}

async function send(h: Cast) {
  await h.twoFactor.sms.import({ userId: 'ada', number: '+4915112345678', confirmedAt: h.clock() })
  const asked = await challenge(h.twoFactor, 'ada')
  return () => h.twoFactor.sms.send({ challenge: asked })
}
