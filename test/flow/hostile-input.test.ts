import { KeystepError, type TwoFactor } from 'keystep'
import { describe, expect, it } from 'vitest'
import { challenge, enroll, nextCode, permit, SESSION } from './house.ts'
import { hostileValues } from './hostile-values.ts'
import { peek } from '../record/record.ts'
import { firstPermit, smsHouse } from './sms-house.ts'

interface Props {
  challenge: string
  stepUp: string
  permit: string
  firstPermit: string
  enrollment: string
  numberEnrollment: string
  factorId: string
  now: Date
}

type Call = (twoFactor: TwoFactor, input: never) => Promise<unknown>
/**
 * A public call, an input that works, and who fills in which part: users cause results, operators
 * may cause a KeystepError.
 */
type Door = [
  name: string,
  call: Call,
  input: (props: Props) => object,
  users: readonly string[],
  operators: readonly string[],
]

const staff = { userId: 'ada', actor: 'support/7', reason: 'test' }
const doors: Door[] = [
  ['status', (t, i) => t.status(i), () => ({ userId: 'ada' }), [], ['userId']],
  [
    'login.begin',
    (t, i) => t.login.begin(i),
    () => ({ userId: 'ada' }),
    ['deviceToken', 'context', 'context.ip', 'context.userAgent'],
    ['userId', 'amr'],
  ],
  [
    'login.verify',
    (t, i) => t.login.verify(i),
    (p) => ({ challenge: p.challenge, code: 'x' }),
    [
      'challenge',
      'code',
      'factor',
      'rememberDevice',
      'rememberDevice.label',
      'context',
      'context.ip',
    ],
    [],
  ],
  [
    'stepUp.begin',
    (t, i) => t.stepUp.begin(i),
    () => ({ userId: 'ada', sessionId: SESSION, purpose: 'x' }),
    ['context'],
    [
      'userId',
      'sessionId',
      'purpose',
      'amr',
      'firstFactorAt',
      'lastVerified',
      'lastVerified.verifiedAt',
    ],
  ],
  [
    'stepUp.verify',
    (t, i) => t.stepUp.verify(i),
    (p) => ({ challenge: p.stepUp, code: 'x', sessionId: SESSION }),
    ['challenge', 'code', 'factor', 'context'],
    ['sessionId'],
  ],
  [
    'stepUp.check',
    (t, i) => t.stepUp.check(i),
    (p) => ({ permit: p.permit, userId: 'ada', sessionId: SESSION, purpose: 'manage_factors' }),
    ['permit'],
    ['userId', 'sessionId', 'purpose'],
  ],
  [
    'totp.enroll',
    (t, i) => t.totp.enroll(i),
    (p) => ({ permit: p.permit, sessionId: SESSION, account: 'ada' }),
    ['permit', 'label', 'context'],
    ['sessionId', 'account'],
  ],
  [
    'totp.pending',
    (t, i) => t.totp.pending(i),
    (p) => ({ enrollment: p.enrollment, sessionId: SESSION }),
    ['enrollment'],
    ['sessionId'],
  ],
  [
    'totp.confirm',
    (t, i) => t.totp.confirm(i),
    (p) => ({ enrollment: p.enrollment, sessionId: SESSION, code: 'x' }),
    ['enrollment', 'code', 'context'],
    ['sessionId'],
  ],
  [
    'totp.import',
    (t, i) => t.totp.import(i),
    () => ({ userId: 'ada', key: new Uint8Array(20) }),
    ['label'],
    ['userId', 'key', 'lastUsedStep', 'algorithm', 'digits', 'periodSeconds', 'allowShortKey'],
  ],
  [
    'sms.enroll',
    (t, i) => t.sms.enroll(i),
    (p) => ({ permit: p.firstPermit, sessionId: SESSION, number: 'x' }),
    ['permit', 'number', 'backup', 'context'],
    ['sessionId'],
  ],
  [
    'sms.confirm',
    (t, i) => t.sms.confirm(i),
    (p) => ({ enrollment: p.numberEnrollment, sessionId: SESSION, code: 'x' }),
    ['enrollment', 'code', 'context'],
    ['sessionId'],
  ],
  [
    'sms.send',
    (t, i) => t.sms.send(i),
    (p) => ({ challenge: p.challenge }),
    ['challenge', 'to', 'context'],
    ['sessionId'],
  ],
  [
    'sms.import',
    (t, i) => t.sms.import(i),
    (p) => ({ userId: 'ada', number: 'x', confirmedAt: p.now }),
    ['number'],
    ['userId', 'confirmedAt'],
  ],
  [
    'backupCodes.regenerate',
    (t, i) => t.backupCodes.regenerate(i),
    () => ({ permit: 'ksp_', sessionId: SESSION }),
    ['permit', 'context'],
    ['sessionId'],
  ],
  [
    'devices.revoke',
    (t, i) => t.devices.revoke(i),
    () => ({ userId: 'ada', deviceId: 'x' }),
    ['deviceId', 'context'],
    ['userId'],
  ],
  [
    'devices.revokeAll',
    (t, i) => t.devices.revokeAll(i),
    () => ({ userId: 'ada' }),
    ['context'],
    ['userId'],
  ],
  [
    'factors.rename',
    (t, i) => t.factors.rename(i),
    (p) => ({ userId: 'ada', factorId: p.factorId, label: 'x' }),
    ['factorId', 'label', 'context'],
    ['userId'],
  ],
  [
    'factors.remove',
    (t, i) => t.factors.remove(i),
    (p) => ({ permit: p.permit, sessionId: SESSION, factorId: 'x' }),
    ['permit', 'factorId', 'context'],
    ['sessionId'],
  ],
  [
    'factors.removeAll',
    (t, i) => t.factors.removeAll(i),
    () => ({ permit: 'ksp_', sessionId: SESSION }),
    ['permit', 'context'],
    ['sessionId'],
  ],
  [
    'recovery.issueSupportCode',
    (t, i) => t.recovery.issueSupportCode(i),
    () => ({ ...staff, userId: 'nobody' }),
    ['context'],
    ['userId', 'actor', 'reason'],
  ],
  [
    'recovery.reset',
    (t, i) => t.recovery.reset(i),
    () => ({ ...staff, userId: 'nobody' }),
    ['context', 'context.userAgent'],
    ['userId', 'actor', 'reason'],
  ],
  [
    'recovery.unlock',
    (t, i) => t.recovery.unlock(i),
    () => ({ ...staff, userId: 'nobody' }),
    ['context'],
    ['userId', 'actor', 'reason'],
  ],
  [
    'maintenance.erase',
    (t, i) => t.maintenance.erase(i),
    () => ({ ...staff, userId: 'nobody' }),
    ['context'],
    ['userId', 'actor', 'reason', 'keepSeconds'],
  ],
  [
    'maintenance.move',
    (t, i) => t.maintenance.move(i),
    () => ({ ...staff, from: { userId: 'nobody' }, to: { userId: 'somebody' } }),
    ['context'],
    ['from', 'to', 'actor', 'reason'],
  ],
  [
    'maintenance.export',
    (t, i) => t.maintenance.export(i),
    () => ({ ...staff, userId: 'nobody' }),
    ['context'],
    ['userId', 'actor', 'reason', 'account'],
  ],
  ['maintenance.users', (t, i) => t.maintenance.users(i), () => ({}), [], ['after', 'limit']],
  [
    'maintenance.checkKeyring',
    (t, i) => t.maintenance.checkKeyring(i),
    () => ({ ...staff, replace: true }),
    [],
    ['replace', 'actor', 'reason'],
  ],
  [
    'maintenance.afterRestore',
    (t, i) => t.maintenance.afterRestore(i),
    (p) => ({ ...staff, restoredAt: p.now }),
    [],
    ['restoredAt', 'actor', 'reason'],
  ],
  [
    'recovery.passwordChanged',
    (t, i) => t.recovery.passwordChanged(i),
    () => ({ userId: 'nobody' }),
    ['context'],
    ['userId'],
  ],
]

async function setting() {
  const h = smsHouse()
  const { phone, factorId } = await enroll(h.twoFactor, 'ada', h.clock)
  const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, phone))
  const step = await h.twoFactor.stepUp.begin({ userId: 'ada', sessionId: SESSION, purpose: 'x' })
  const begun = await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada' })
  const first = await firstPermit(h, 'bob')
  const number = await h.twoFactor.sms.enroll({
    permit: first,
    sessionId: SESSION,
    number: '+4915112345678',
  })
  if (step.next !== 'challenge' || begun.outcome !== 'accepted' || number.outcome !== 'accepted')
    throw new Error('not set')
  const props: Props = {
    challenge: await challenge(h.twoFactor, 'ada'),
    stepUp: step.challenge,
    permit: leave,
    firstPermit: first,
    enrollment: begun.enrollment,
    numberEnrollment: number.enrollment,
    factorId,
    now: h.clock(),
  }
  return { ...h, props, phone }
}

function withPart(input: object, part: string, value: unknown): never {
  const [outer, inner] = part.split('.') as [string, string | undefined]
  return {
    ...input,
    [outer]: inner === undefined ? value : { assurance: 'mfa', [inner]: value },
  } as never
}

describe('hostile input', () => {
  it.each(doors)(
    '%s: what users fill in causes results alone',
    async (_, call, input, users) => {
      const h = await setting()
      const { factors } = await peek(h, 'ada')
      for (const part of users) {
        for (const [name, value] of hostileValues) {
          const result = await call(h.twoFactor, withPart(input(h.props), part, value)).catch(
            (error: unknown) => error,
          )
          expect(result, `${part}: ${name}`).not.toBeInstanceOf(Error)
          expect(result, `${part}: ${name}`).toEqual(expect.any(Object))
        }
      }
      const after = await peek(h, 'ada')
      expect(after.factors.slice(0, factors.length).map(({ id }) => id)).toEqual(
        factors.map(({ id }) => id),
      )
      expect(after.attempts.failures).toBe(0)
      expect(JSON.stringify(after).length).toBeLessThan(24_000)
    },
    60_000,
  )

  it.each(doors)(
    '%s: what operators fill in causes a KeystepError at worst, which repeats nothing',
    async (_, call, input, __, operators) => {
      const h = await setting()
      for (const part of operators) {
        for (const [name, value] of hostileValues) {
          const result = await call(h.twoFactor, withPart(input(h.props), part, value)).catch(
            (error: unknown) => error,
          )
          if (result instanceof Error)
            expect(result, `${part}: ${name}`).toBeInstanceOf(KeystepError)
          const repeated =
            typeof value === 'string' &&
            value.trim().length > 3 &&
            result instanceof Error &&
            result.message.includes(value)
          expect(repeated, `${part}: ${name}`).toBe(false)
        }
      }
    },
    60_000,
  )

  it('a user id is a text: nothing that merely reads like one finds its record', async () => {
    const h = await setting()
    for (const userId of [
      ['ada'],
      Object('ada'),
      { toString: () => 'ada' },
      7,
      'ada@example.com',
      '',
      'x'.repeat(201),
      '\ud800',
    ]) {
      await expect(h.twoFactor.login.begin({ userId: userId as string })).rejects.toMatchObject({
        code: 'ERR_USER_ID',
      })
    }
    for (const userId of [
      '__proto__',
      'constructor',
      'ADA',
      ' ada',
      'ada ',
      'ada\u0000',
      'а\u0434\u0430',
    ]) {
      expect(await h.twoFactor.login.begin({ userId })).toMatchObject({
        next: 'proceed',
        because: 'not_enrolled',
      })
    }
  })

  it('V7: of a right code only noise is forgiven, and digits of other scripts are digits', async () => {
    const h = await setting()
    const right = nextCode(h.clock, h.phone)
    const foreign = [
      Number(right),
      [right],
      { length: 6, toString: () => right },
      `+${right}`,
      `${right}.0`,
      `${right}e0`,
      `${right}0`,
      right.slice(0, 5),
      `${right}\u0000`,
      `x${right}`,
      Object(right),
    ]
    h.store.reset()
    for (const code of foreign) {
      const verdict = await h.twoFactor.login.verify({
        challenge: h.props.challenge,
        code: code as string,
      })
      expect(verdict).toEqual({ outcome: 'rejected', reason: 'malformed_code' })
    }
    expect(h.store.writes).toBe(0)
    const verdict = await h.twoFactor.login.verify({
      challenge: h.props.challenge,
      code: `\t "${right.slice(0, 3)}\u00a0\u2013${right.slice(3)}\u200e".\r\n`,
    })
    expect(verdict).toMatchObject({ outcome: 'accepted', failuresBefore: 0 })
    const again = await h.twoFactor.login.verify({
      challenge: await challenge(h.twoFactor, 'ada'),
      code: right.replace(/\d/g, (digit) => String.fromCharCode(0x0660 + Number(digit))),
    })
    expect(again).toEqual({ outcome: 'rejected', reason: 'already_used' })
  })

  it('tokens of another kind are said at once; forged ones are expired', async () => {
    const h = await setting()
    const { challenge: asked, permit: leave, enrollment } = h.props
    const kind = { code: 'ERR_TOKEN_KIND' }
    await expect(
      h.twoFactor.login.verify({ challenge: leave, code: '123456' }),
    ).rejects.toMatchObject(kind)
    await expect(
      h.twoFactor.totp.enroll({ permit: asked, sessionId: SESSION, account: 'ada' }),
    ).rejects.toMatchObject(kind)
    await expect(
      h.twoFactor.totp.confirm({ enrollment: leave, sessionId: SESSION, code: '123456' }),
    ).rejects.toMatchObject(kind)
    await expect(
      h.twoFactor.stepUp.check({
        permit: enrollment,
        userId: 'ada',
        sessionId: SESSION,
        purpose: 'x',
      }),
    ).rejects.toMatchObject(kind)
    for (const forged of [
      asked.replace('ksc_', ''),
      `${asked}A`,
      asked.slice(1),
      'ksc_',
      'ksc_..',
      'ksc_a.b.c',
      asked.toUpperCase(),
    ]) {
      expect(await h.twoFactor.login.verify({ challenge: forged, code: '123456' })).toEqual({
        outcome: 'rejected',
        reason: 'expired',
      })
    }
  })
})
