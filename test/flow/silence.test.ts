import { inspect } from 'node:util'
import type { KeystepError } from 'keystep'
import { describe, expect, it } from 'vitest'
import {
  acceptedOf,
  enroll,
  house,
  login,
  nextCode,
  permit,
  phoneOf,
  SESSION,
  wrongCode,
} from './house.ts'
import { challengeWithCode, notThe, smsHouse } from './sms-house.ts'

const staff = { actor: 'support/7', reason: 'lost phone' }
const context = { ip: '203.0.113.7', userAgent: 'Test/1.0' }

/**
 * Walks a user through every door, and collects every secret on the way and everything that was
 * told.
 */
async function wholeLife() {
  const secrets = new Set<string>()
  const keep = <T extends string>(...texts: T[]): T => (
    texts.forEach((text) => secrets.add(text)),
    texts[0]!
  )
  const told: unknown[] = []
  const h = smsHouse({ onEvent: (event) => void told.push(event) })
  const { twoFactor, clock } = h
  const { phone, factorId, backupCodes } = await enroll(twoFactor, 'ada', clock)
  keep(
    phone.key.revealBase32(),
    ...backupCodes,
    ...backupCodes.map((code) => code.replaceAll('-', '')),
  )
  const number = keep('+4915112345678')
  acceptedOf(await twoFactor.sms.import({ userId: 'ada', number, confirmedAt: clock() }))
  const remembered = acceptedOf(
    await login(twoFactor, 'ada', keep(nextCode(clock, phone)), {
      rememberDevice: { label: 'Laptop' },
      context,
    }),
  )
  const device = keep(remembered.device!.token.reveal())
  keep(...device.split('.').slice(1))
  await twoFactor.login.begin({ userId: 'ada', deviceToken: device, context })
  const sent = await challengeWithCode(h, 'ada')
  keep(sent.challenge, sent.code)
  told.push(
    await twoFactor.login.verify({
      challenge: sent.challenge,
      code: keep(notThe(sent.code)),
      context,
    }),
  )
  acceptedOf(await twoFactor.login.verify({ ...sent, context }))
  told.push(
    await login(twoFactor, 'ada', sent.code),
    await login(twoFactor, 'ada', keep(wrongCode(phone, clock()))),
  )
  const leave = keep(await permit(twoFactor, 'ada', keep(nextCode(clock, phone))))
  const begun = acceptedOf(
    await twoFactor.totp.enroll({
      permit: leave,
      sessionId: SESSION,
      account: 'ada',
      label: 'Tablet',
    }),
  )
  const tablet = phoneOf(begun.keyUri)
  keep(begun.enrollment, begun.keyUri.reveal(), begun.manualKey.reveal(), tablet.key.revealBase32())
  acceptedOf(
    await twoFactor.totp.confirm({
      enrollment: begun.enrollment,
      sessionId: SESSION,
      code: keep(tablet.code(clock())),
    }),
  )
  acceptedOf(await twoFactor.factors.rename({ userId: 'ada', factorId, label: 'Old phone' }))
  const again = keep(await permit(twoFactor, 'ada', keep(nextCode(clock, phone))))
  const fresh = acceptedOf(
    await twoFactor.backupCodes.regenerate({ permit: again, sessionId: SESSION }),
  ).backupCodes.reveal()
  keep(...fresh)
  for (const code of fresh.slice(0, 8)) acceptedOf(await login(twoFactor, 'ada', code))
  for (let n = 0; n < 6; n++)
    told.push(await login(twoFactor, 'ada', wrongCode(phone, clock()), { context }))
  const support = acceptedOf(await twoFactor.recovery.issueSupportCode({ userId: 'ada', ...staff }))
  keep(support.supportCode.reveal())
  told.push(await twoFactor.status({ userId: 'ada' }))
  const redeemed = await login(twoFactor, 'ada', support.supportCode.reveal())
  if (redeemed.outcome !== 'enroll') throw new Error(redeemed.outcome)
  keep(redeemed.permit)
  await twoFactor.devices.revokeAll({ userId: 'ada' })
  await twoFactor.recovery.passwordChanged({ userId: 'ada' })
  await twoFactor.recovery.reset({ userId: 'ada', ...staff })
  told.push(await twoFactor.status({ userId: 'ada' }))
  return { secrets, told }
}

// The closed union, as the documentation tells it: an event that is not listed here is news to
// every portal.
const types = [
  'factor.enrolled',
  'factor.imported',
  'factor.removed',
  'factor.renamed',
  'code.accepted',
  'code.rejected',
  'code.refused',
  'locked',
  'exhausted',
  'backup_code.used',
  'backup_codes.low',
  'backup_codes.regenerated',
  'device.remembered',
  'device.revoked',
  'sms.sent',
  'support_code.issued',
  'reset',
  'password.changed',
]

describe('V23: what is told', () => {
  it('never carries a code, key, token or number: not an event, a verdict, a status or an activity', async () => {
    const { secrets, told } = await wholeLife()
    expect(secrets.size).toBeGreaterThan(40)
    const texts = [
      JSON.stringify(told),
      inspect(told, { depth: 20, showHidden: true }),
      ...told.map(String),
    ]
    for (const secret of secrets) {
      for (const text of texts)
        expect(
          text.includes(secret),
          `${secret.slice(0, 4)}… of ${secret.length} characters was told`,
        ).toBe(false)
    }
  })

  it('is of the closed set of types, each with its instant, its user, and the request facts that were passed', async () => {
    const { told } = await wholeLife()
    const events = told.filter(
      (one): one is { type: string; at: Date; userId: string } =>
        typeof one === 'object' && one !== null && 'type' in one,
    )
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(types.filter((type) => type !== 'exhausted')),
    )
    for (const event of events) expect(event).toMatchObject({ userId: 'ada', at: expect.any(Date) })
    expect(events.filter(({ type }) => type === 'device.remembered')).toMatchObject([
      { label: 'Laptop', ...context },
    ])
  })
})

describe('onEvent', () => {
  const handlers: [string, () => void | Promise<void>][] = [
    [
      'throws',
      () => {
        throw new Error('mail server down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('mail server down'))],
    ['hangs', () => new Promise<void>(() => undefined)],
  ]

  it.each(handlers)(
    'one that %s neither blocks nor undoes a login, and a failure is reported',
    async (name, onEvent) => {
      const reported: KeystepError[] = []
      const h = house({ onEvent: onEvent, onError: (error) => void reported.push(error) })
      const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
      const code = nextCode(h.clock, phone)
      acceptedOf(await login(h.twoFactor, 'ada', code))
      expect(await login(h.twoFactor, 'ada', code)).toEqual({
        outcome: 'rejected',
        reason: 'already_used',
      })
      // Enrolled, accepted, refused.
      expect(reported.map((error) => error.code)).toEqual(
        name === 'hangs' ? [] : Array.from({ length: 3 }, () => 'ERR_EVENT_HANDLER'),
      )
      for (const error of reported) expect(error.cause).toEqual(new Error('mail server down'))
    },
  )

  it.each(handlers)('a reporter that %s itself is nobody’s problem', async (_, onError) => {
    const h = house({
      onEvent: () => {
        throw new Error('mail server down')
      },
      onError: onError,
    })
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, phone)))
    // An unhandled rejection would fail this run.
    await new Promise((resume) => setImmediate(resume))
  })

  it('is told after the change was committed, and once, however often the swap was lost', async () => {
    const h = house()
    const { backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    let losses = 3
    const seen: number[] = []
    const unlucky = house({
      keyring: h.keyring,
      now: h.clock,
      store: {
        ...h.store,
        put: (...args) => (losses-- > 0 ? Promise.resolve(null) : h.store.put(...args)),
      },
      onEvent: () => void seen.push(losses),
    })
    acceptedOf(await login(unlucky.twoFactor, 'ada', backupCodes[0]!))
    expect(seen).toEqual([-1, -1])
  })

  it('a handler that changes what it is told changes no verdict', async () => {
    const h = house({
      onEvent: (event) => {
        if ('retryAt' in event) event.retryAt.setTime(0)
        Object.assign(event, { type: 'reset', userId: 'eve' })
      },
    })
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const verdicts = []
    for (let n = 0; n < 5; n++)
      verdicts.push(await login(h.twoFactor, 'ada', wrongCode(phone, h.clock())))
    expect(verdicts.at(-1)).toMatchObject({ retryAt: new Date(h.clock().getTime() + 60_000) })
    expect((await h.twoFactor.status({ userId: 'ada' })).activity.map(({ type }) => type)).toEqual([
      'locked',
      'code.rejected',
      'factor.enrolled',
    ])
  })
})
