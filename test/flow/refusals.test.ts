import type { KeystepEvent } from 'keystep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  acceptedOf,
  challenge,
  enroll,
  type House,
  house,
  login,
  nextCode,
  SESSION,
  wrongCode,
} from './house.ts'
import { markImported } from '../record/record.ts'
import { challengeWithCode, enrollSms, firstPermit, notThe, smsHouse } from './sms-house.ts'

const ANSWERS = ['code.accepted', 'code.rejected', 'code.refused']
const answersOf = (events: readonly KeystepEvent[]) =>
  events.filter(({ type }) => ANSWERS.includes(type))
const WRONG_BACKUP = '0000-0000-0000-0000'

async function stepUp(h: House, code: string, purpose: string) {
  const step = await h.twoFactor.stepUp.begin({ userId: 'ada', sessionId: SESSION, purpose })
  if (step.next !== 'challenge') throw new Error(step.next)
  return h.twoFactor.stepUp.verify({
    challenge: step.challenge,
    code,
    sessionId: SESSION,
    context: { ip: '203.0.113.7' },
  })
}

describe('what is told of a code that opened nothing', () => {
  it('PCI DSS 10.2.1.4: what was not judged is told with its reason, kind and purpose, and written nowhere', async () => {
    const h = house({ limits: { hardStop: 6 } })
    const { phone, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    const used = nextCode(h.clock, phone)
    acceptedOf(await login(h.twoFactor, 'ada', used))
    acceptedOf(await login(h.twoFactor, 'ada', backupCodes[0]!))
    const late = await challenge(h.twoFactor, 'ada')
    const told = async (attempt: () => Promise<{ outcome: string }>): Promise<object> => {
      h.events.length = 0
      h.store.reset()
      const verdict = await attempt()
      expect(h.store.writes).toBe(0)
      expect(h.events).toHaveLength(1)
      const { type, reason, kind, purpose, userId } = h.events[0] as Extract<
        KeystepEvent,
        { type: 'code.refused' }
      >
      expect({ type, userId }).toEqual({ type: 'code.refused', userId: 'ada' })
      expect(verdict).toMatchObject({ outcome: 'rejected', reason })
      return { reason, kind, purpose }
    }
    expect(await told(() => login(h.twoFactor, 'ada', used))).toEqual({
      reason: 'already_used',
      kind: 'totp',
      purpose: 'login',
    })
    expect(await told(() => stepUp(h, backupCodes[0]!, 'dns.change'))).toEqual({
      reason: 'already_used',
      kind: 'backup_code',
      purpose: 'dns.change',
    })
    expect(await told(() => login(h.twoFactor, 'ada', 'open sesame'))).toEqual({
      reason: 'malformed_code',
      kind: null,
      purpose: 'login',
    })
    expect(await told(() => login(h.twoFactor, 'ada', '12345678'))).toEqual({
      reason: 'malformed_code',
      kind: 'totp_or_sms',
      purpose: 'login',
    })
    expect(await told(() => login(h.twoFactor, 'ada', '123456', { factor: 'sms' }))).toEqual({
      reason: 'factor_unavailable',
      kind: 'sms',
      purpose: 'login',
    })
    expect(await told(() => stepUp(h, '0000-0000-0000-0000-0000', 'dns.change'))).toEqual({
      reason: 'factor_unavailable',
      kind: 'support_code',
      purpose: 'dns.change',
    })
    for (let n = 0; n < 5; n++) await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
    expect(await told(() => login(h.twoFactor, 'ada', phone.code(h.clock())))).toEqual({
      reason: 'locked',
      kind: 'totp',
      purpose: 'login',
    })
    expect(await told(() => login(h.twoFactor, 'ada', WRONG_BACKUP))).toEqual({
      reason: 'locked',
      kind: 'backup_code',
      purpose: 'login',
    })
    h.clock.advance({ minutes: 1 })
    await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
    expect(await told(() => stepUp(h, phone.code(h.clock()), 'manage_factors'))).toEqual({
      reason: 'exhausted',
      kind: 'totp',
      purpose: 'manage_factors',
    })
    h.clock.advance({ minutes: 5 })
    expect(
      await told(() => h.twoFactor.login.verify({ challenge: late, code: phone.code(h.clock()) })),
    ).toEqual({ reason: 'expired', kind: 'totp', purpose: 'login' })
  })

  it('PCI DSS 10.2.1.4: every answer to a code is told by exactly one event, whatever the answer', async () => {
    type Typed =
      'right' | 'used' | 'wrong' | 'backup' | 'spent' | 'wrong backup' | 'text' | 'late' | 'sms'
    const typed = fc.constantFrom<Typed>(
      'right',
      'used',
      'wrong',
      'wrong',
      'wrong',
      'backup',
      'spent',
      'wrong backup',
      'text',
      'late',
      'sms',
    )
    const reasons = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.array(typed, { minLength: 5, maxLength: 25 }),
        fc.boolean(),
        async (codes, imported) => {
          const h = house({ limits: { freeAttempts: 2, hardStop: 3 } })
          const { phone, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
          if (imported) await markImported(h)
          for (const [n, one] of codes.entries()) {
            const asked = await challenge(h.twoFactor, 'ada')
            if (one === 'late') h.clock.advance({ minutes: 6 })
            const code = {
              'right': phone.code(h.clock.advance({ seconds: 30 })),
              'used': phone.code(h.clock()),
              'late': phone.code(h.clock()),
              'wrong': wrongCode(phone, h.clock()),
              'sms': '123456',
              'backup': backupCodes[n % 10]!,
              'spent': backupCodes[0]!,
              'wrong backup': WRONG_BACKUP,
              'text': 'x',
            }[one]
            h.events.length = 0
            h.store.reset()
            const verdict = await h.twoFactor.login.verify({
              challenge: asked,
              code,
              factor: one === 'sms' ? 'sms' : undefined,
              context: { ip: '203.0.113.7' },
            })
            const [told, ...more] = answersOf(h.events)
            expect(more).toEqual([])
            expect(told).toMatchObject({
              userId: 'ada',
              purpose: 'login',
              ip: '203.0.113.7',
              kind: one === 'text' ? null : (expect.any(String) as string),
            })
            const reason = verdict.outcome === 'rejected' ? verdict.reason : verdict.outcome
            reasons.add(reason)
            if (told!.type === 'code.refused') expect(told!.reason).toBe(reason)
            else
              expect(told!.type).toBe(reason === 'wrong_code' ? 'code.rejected' : 'code.accepted')
            // Written is what changed something: a debit, a success.
            expect(h.store.writes).toBe(
              told!.type === 'code.accepted' ||
                (told!.type === 'code.rejected' && told!.counter !== null)
                ? 1
                : 0,
            )
          }
        },
      ),
      { numRuns: 60 },
    )
    expect(reasons).toEqual(
      new Set([
        'accepted',
        'wrong_code',
        'already_used',
        'locked',
        'exhausted',
        'expired',
        'malformed_code',
        'factor_unavailable',
      ]),
    )
  })

  it('a wrong backup or support code is told, not counted and not written', async () => {
    const h = house()
    await enroll(h.twoFactor, 'ada', h.clock)
    h.events.length = 0
    h.store.reset()
    await stepUp(h, WRONG_BACKUP, 'dns.change')
    expect(h.store.writes).toBe(0)
    expect(h.events).toMatchObject([
      {
        type: 'code.rejected',
        counter: null,
        inARow: 0,
        within30Days: 0,
        passwordKnown: false,
        kind: 'backup_code',
        purpose: 'dns.change',
      },
    ])
    expect((await h.twoFactor.status({ userId: 'ada' })).activity.map(({ type }) => type)).toEqual([
      'factor.enrolled',
    ])
  })

  it('digits are told as what could have made them: the app, the message, or either', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    const { challenge: asked, code } = await challengeWithCode(h, 'ada')
    const kindOf = async (typing: Promise<unknown>): Promise<unknown> => {
      await typing
      return (h.events.findLast(({ type }) => ANSWERS.includes(type)) as { kind?: unknown }).kind
    }
    expect(await kindOf(h.twoFactor.login.verify({ challenge: asked, code: notThe(code) }))).toBe(
      'sms',
    )
    acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key: new Uint8Array(20).fill(7) }))
    expect(await kindOf(h.twoFactor.login.verify({ challenge: asked, code: notThe(code) }))).toBe(
      'totp_or_sms',
    )
    expect(
      await kindOf(
        h.twoFactor.login.verify({ challenge: asked, code: notThe(code), factor: 'totp' }),
      ),
    ).toBe('totp')
    expect(await kindOf(h.twoFactor.login.verify({ challenge: asked, code }))).toBe('sms')
  })

  it('the first code of a number is an attempt like any other, for the purpose of enrolling', async () => {
    const h = smsHouse()
    const begun = acceptedOf(
      await h.twoFactor.sms.enroll({
        permit: await firstPermit(h, 'ada'),
        sessionId: SESSION,
        number: '+4915112345678',
      }),
    )
    const right = h.outbox.at(-1)!.code
    const confirm = (code: string) =>
      h.twoFactor.sms.confirm({ enrollment: begun.enrollment, sessionId: SESSION, code })
    h.events.length = 0
    for (const code of ['x', notThe(right)]) await confirm(code)
    for (let n = 0; n < 4; n++) await confirm(notThe(right))
    await confirm(right)
    h.clock.advance({ minutes: 1 })
    acceptedOf(await confirm(right))
    await confirm(right)
    expect(
      answersOf(h.events).map((event) => ('reason' in event ? event.reason : event.type)),
    ).toEqual([
      'malformed_code',
      ...Array<string>(5).fill('code.rejected'),
      'locked',
      'already_used',
    ])
    for (const event of answersOf(h.events))
      expect(event).toMatchObject({ purpose: 'enroll', userId: 'ada' })
  })

  it('V24: a forged challenge, or one of another session, names nobody who could be believed: it tells nothing', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const asked = await challenge(h.twoFactor, 'ada')
    h.events.length = 0
    for (const forged of [`${asked}A`, 'ksc_x.y.z', ''])
      expect(
        await h.twoFactor.login.verify({ challenge: forged, code: phone.code(h.clock()) }),
      ).toMatchObject({ reason: 'expired' })
    expect(
      await h.twoFactor.stepUp.verify({
        challenge: asked,
        code: phone.code(h.clock()),
        sessionId: SESSION,
      }),
    ).toMatchObject({ reason: 'expired' })
    expect(h.events).toEqual([])
  })
})
