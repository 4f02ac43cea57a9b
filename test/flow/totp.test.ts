import { generateTotp, OtpKey, parseKeyUri } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import {
  acceptedOf,
  enroll,
  house,
  type House,
  login,
  nextCode,
  permit,
  phoneOf,
  SESSION,
  wrongCode,
} from './house.ts'
import { peek } from '../record/record.ts'
import { firstPermit } from './sms-house.ts'

const expired = { outcome: 'rejected', reason: 'expired' }

async function begin(h: House, leave: string, label?: string) {
  const begun = acceptedOf(
    await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada', label }),
  )
  return { enrollment: begun.enrollment, phone: phoneOf(begun.keyUri), begun }
}

const confirm = (h: House, enrollment: string, code: string) =>
  h.twoFactor.totp.confirm({ enrollment, sessionId: SESSION, code })

describe('enrolling an authenticator', () => {
  it('shows what the app needs, and writes nothing', async () => {
    const h = house()
    const leave = await firstPermit(h, 'ada')
    h.store.reset()
    const { begun, phone } = await begin(h, leave)
    expect(h.store).toMatchObject({ reads: 1, writes: 0 })
    expect(begun.keyUri.reveal()).toMatch(
      /^otpauth:\/\/totp\/Example%20Hosting:ada\?secret=[A-Z2-7]{32}&issuer=Example%20Hosting$/,
    )
    expect(begun.manualKey.reveal().replaceAll(' ', '')).toBe(phone.key.revealBase32())
    expect(begun.manualKey.reveal()).toMatch(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/)
    expect(begun.expiresAt.getTime() - h.clock().getTime()).toBe(600_000)
    h.store.reset()
    const again = acceptedOf(
      await h.twoFactor.totp.pending({ enrollment: begun.enrollment, sessionId: SESSION }),
    )
    expect(again.keyUri.reveal()).toBe(begun.keyUri.reveal())
    expect(h.store).toMatchObject({ reads: 1, writes: 0 })
  })

  it('shows a key no more once it is live, nor after a reset', async () => {
    const h = house()
    const { enrollment, phone } = await begin(h, await firstPermit(h, 'ada'))
    const pending = () => h.twoFactor.totp.pending({ enrollment, sessionId: SESSION })
    acceptedOf(await pending())
    acceptedOf(await confirm(h, enrollment, phone.code(h.clock())))
    expect(await pending()).toEqual(expired)
    await h.twoFactor.recovery.reset({ userId: 'ada', actor: 'support/7', reason: 'test' })
    expect(await pending()).toEqual(expired)
  })

  it('takes its name when it is confirmed, cut to 64 characters, in place of the one that it began with', async () => {
    const h = house()
    const leave = await firstPermit(h, 'ada')
    const begun = acceptedOf(
      await h.twoFactor.totp.enroll({
        permit: leave,
        sessionId: SESSION,
        account: 'ada',
        label: 'Phone',
      }),
    )
    const code = phoneOf(begun.keyUri).code(h.clock())
    acceptedOf(
      await h.twoFactor.totp.confirm({
        enrollment: begun.enrollment,
        sessionId: SESSION,
        code,
        label: 'Work phone'.padEnd(70),
      }),
    )
    const { factors, activity } = await h.twoFactor.status({ userId: 'ada' })
    expect(factors[0]!.label).toBe('Work phone'.padEnd(64))
    expect(activity.map(({ type }) => type)).toEqual(['factor.enrolled'])
  })

  it('V17: a wrong code writes nothing, is no attempt, and the right one still confirms', async () => {
    const h = house()
    const { enrollment, phone } = await begin(h, await firstPermit(h, 'ada'))
    h.store.reset()
    for (let n = 0; n < 30; n++)
      expect(await confirm(h, enrollment, notNear(phone, h.clock()))).toEqual({
        outcome: 'rejected',
        reason: 'wrong_code',
      })
    expect(await confirm(h, enrollment, '12345')).toEqual({
      outcome: 'rejected',
      reason: 'malformed_code',
    })
    expect(h.store).toMatchObject({ reads: 0, writes: 0 })
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({
      next: 'proceed',
      because: 'not_enrolled',
    })
    h.store.reset()
    const confirmed = acceptedOf(await confirm(h, enrollment, phone.code(h.clock())))
    expect(h.store).toMatchObject({ reads: 1, writes: 1 })
    expect(confirmed.backupCodes!.reveal()).toHaveLength(10)
    expect(confirmed.grant.toJSON()).toMatchObject({
      userId: 'ada',
      assurance: 'mfa',
      amr: ['pwd', 'otp', 'mfa'],
    })
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({ next: 'challenge' })
  })

  it('V5: the code that confirmed is used, and no login takes it', async () => {
    const h = house()
    const { enrollment, phone } = await begin(h, await firstPermit(h, 'ada'))
    acceptedOf(await confirm(h, enrollment, phone.code(h.clock())))
    expect(await login(h.twoFactor, 'ada', phone.code(h.clock()))).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
  })

  it.each([
    [2, 60],
    [10, 300],
    [-2, -60],
    [-10, -300],
  ])('clock_off: a phone %i steps away is told how many seconds', async (steps, bySeconds) => {
    const h = house()
    const { enrollment, phone } = await begin(h, await firstPermit(h, 'ada'))
    h.store.reset()
    const at = new Date(h.clock().getTime() + steps * 30_000)
    expect(await confirm(h, enrollment, phone.code(at))).toEqual({
      outcome: 'rejected',
      reason: 'clock_off',
      bySeconds,
    })
    expect(h.store.writes).toBe(0)
  })

  it('a double click confirms once', async () => {
    const h = house()
    const { enrollment, phone } = await begin(h, await firstPermit(h, 'ada'))
    const clicks = await Promise.all(
      [1, 2].map(() => confirm(h, enrollment, phone.code(h.clock()))),
    )
    expect(clicks.map((one) => ('reason' in one ? one.reason : one.outcome)).sort()).toEqual([
      'accepted',
      'already_used',
    ])
    expect(await confirm(h, enrollment, phone.code(h.clock()))).toMatchObject({
      reason: 'already_used',
    })
    expect((await peek(h, 'ada')).factors).toHaveLength(1)
  })

  it('in two tabs each has a key of its own, and the first to confirm wins', async () => {
    const h = house()
    const leave = await firstPermit(h, 'ada')
    const [left, right] = [await begin(h, leave), await begin(h, leave)]
    expect(left.phone.key.revealBase32()).not.toBe(right.phone.key.revealBase32())
    acceptedOf(await confirm(h, right.enrollment, right.phone.code(h.clock())))
    expect(await confirm(h, left.enrollment, left.phone.code(h.clock()))).toEqual(expired)
  })

  it('of two parallel first enrollments, each with a permit of its own, one wins', async () => {
    const h = house()
    const tabs = await Promise.all(
      ['session-1', 'session-2'].map(async (sessionId) => {
        const begun = acceptedOf(
          await h.twoFactor.totp.enroll({
            permit: await firstPermit(h, 'ada', sessionId),
            sessionId,
            account: 'ada',
          }),
        )
        return {
          sessionId,
          enrollment: begun.enrollment,
          code: phoneOf(begun.keyUri).code(h.clock()),
        }
      }),
    )
    const verdicts = await Promise.all(tabs.map((tab) => h.twoFactor.totp.confirm(tab)))
    expect(verdicts.map((one) => ('reason' in one ? one.reason : one.outcome)).sort()).toEqual([
      'accepted',
      'expired',
    ])
    expect((await peek(h, 'ada')).factors).toHaveLength(1)
  })

  it.each(['passwordChanged', 'reset'] as const)('%s ends a pending enrollment', async (change) => {
    const h = house()
    const { enrollment, phone } = await begin(h, await firstPermit(h, 'ada'))
    await h.twoFactor.recovery[change]({ userId: 'ada', actor: 'support/7', reason: 'test' })
    expect(await confirm(h, enrollment, phone.code(h.clock()))).toEqual(expired)
  })

  it('an enrollment lives 10 minutes, in its own session', async () => {
    const h = house()
    const leave = await firstPermit(h, 'ada')
    h.clock.advance({ seconds: 500 })
    const { enrollment, phone } = await begin(h, leave)
    expect(
      await h.twoFactor.totp.confirm({
        enrollment,
        sessionId: 'session-2',
        code: phone.code(h.clock()),
      }),
    ).toEqual(expired)
    expect(await h.twoFactor.totp.confirm({ enrollment, code: phone.code(h.clock()) })).toEqual(
      expired,
    )
    expect(await h.twoFactor.totp.pending({ enrollment })).toEqual(expired)
    h.clock.advance({ seconds: 599 })
    acceptedOf(await h.twoFactor.totp.pending({ enrollment, sessionId: SESSION }))
    acceptedOf(await confirm(h, enrollment, phone.code(h.clock())))
    const second = await begin(h, await permit(h.twoFactor, 'ada', nextCode(h.clock, phone)))
    h.clock.advance({ seconds: 600 })
    expect(await confirm(h, second.enrollment, second.phone.code(h.clock()))).toEqual(expired)
    expect(
      await h.twoFactor.totp.pending({ enrollment: second.enrollment, sessionId: SESSION }),
    ).toEqual(expired)
  })

  it('a second authenticator stands beside the first, shares its backup codes, and spends the permit', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, phone))
    const second = await begin(h, leave, 'Tablet')
    const confirmed = acceptedOf(await confirm(h, second.enrollment, second.phone.code(h.clock())))
    expect(confirmed.backupCodes).toBeNull()
    expect(
      await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada' }),
    ).toEqual(expired)
    expect((await h.twoFactor.status({ userId: 'ada' })).factors.map(({ label }) => label)).toEqual(
      ['Authenticator app', 'Tablet'],
    )
    expect(await login(h.twoFactor, 'ada', nextCode(h.clock, phone))).toMatchObject({
      outcome: 'accepted',
    })
    expect(await login(h.twoFactor, 'ada', second.phone.code(h.clock()))).toMatchObject({
      outcome: 'accepted',
    })
  })

  it('a fourth authenticator is refused, at the beginning and at the swap', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, phone))
    const fourth = await begin(h, leave)
    for (const n of [1, 2])
      acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key: new Uint8Array(20).fill(n) }))
    const refused = { outcome: 'rejected', reason: 'limit_reached' }
    expect(
      await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada' }),
    ).toEqual(refused)
    expect(await confirm(h, fourth.enrollment, fourth.phone.code(h.clock()))).toEqual(refused)
    expect(
      await h.twoFactor.totp.import({ userId: 'ada', key: new Uint8Array(20).fill(3) }),
    ).toEqual(refused)
    expect((await peek(h, 'ada')).factors).toHaveLength(3)
  })

  it('RFC 6238 3 R5: a key that a live factor has is refused at the swap', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const second = await begin(h, await permit(h.twoFactor, 'ada', nextCode(h.clock, phone)))
    acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key: second.phone.key }))
    expect(await confirm(h, second.enrollment, second.phone.code(h.clock()))).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
  })

  it('a factor keeps the parameters that it was enrolled with', async () => {
    const h = house({ totp: { digits: 8, algorithm: 'SHA512', periodSeconds: 60 } })
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const today = house({ store: h.store, keyring: h.keyring, now: h.clock })
    const code = phone.code(h.clock.advance({ seconds: 60 }))
    expect(code).toHaveLength(8)
    expect(await login(today.twoFactor, 'ada', code)).toMatchObject({ outcome: 'accepted' })
  })

  it('required without a factor: the permit of the login enrolls, and the confirmation logs in', async () => {
    const h = house({ requirement: () => 'required' })
    const decision = await h.twoFactor.login.begin({ userId: 'ada', amr: ['fed'] })
    if (decision.next !== 'enroll') throw new Error(decision.next)
    expect(decision.factors).toEqual([{ kind: 'totp' }])
    const begun = acceptedOf(
      await h.twoFactor.totp.enroll({ permit: decision.permit, account: 'ada' }),
    )
    const code = phoneOf(begun.keyUri).code(h.clock())
    const { grant } = acceptedOf(
      await h.twoFactor.totp.confirm({ enrollment: begun.enrollment, code }),
    )
    expect(grant.toJSON()).toMatchObject({
      userId: 'ada',
      assurance: 'mfa',
      amr: ['fed', 'otp', 'mfa'],
    })
    expect(await h.twoFactor.totp.enroll({ permit: decision.permit, account: 'ada' })).toEqual(
      expired,
    )
  })
})

describe('the name of an authenticator in the app', () => {
  const accountOf = ({ begun }: Awaited<ReturnType<typeof begin>>) =>
    parseKeyUri(begun.keyUri).account

  it('the second and third of a user have a number after the account: no app takes one for another', async () => {
    const h = house()
    const first = await begin(h, await firstPermit(h, 'ada'), 'Phone')
    acceptedOf(await confirm(h, first.enrollment, first.phone.code(h.clock())))
    const second = await begin(h, await permit(h.twoFactor, 'ada', nextCode(h.clock, first.phone)))
    const pending = acceptedOf(
      await h.twoFactor.totp.pending({ enrollment: second.enrollment, sessionId: SESSION }),
    )
    expect(parseKeyUri(pending.keyUri).account).toBe(accountOf(second))
    acceptedOf(await confirm(h, second.enrollment, second.phone.code(h.clock())))
    const third = await begin(h, await permit(h.twoFactor, 'ada', nextCode(h.clock, second.phone)))
    expect([first, second, third].map(accountOf)).toEqual(['ada', 'ada (2)', 'ada (3)'])
  })

  it('no number comes back while another authenticator has it', async () => {
    const h = house()
    const first = await begin(h, await firstPermit(h, 'ada'))
    const { factorId } = acceptedOf(await confirm(h, first.enrollment, first.phone.code(h.clock())))
    const second = await begin(h, await permit(h.twoFactor, 'ada', nextCode(h.clock, first.phone)))
    acceptedOf(await confirm(h, second.enrollment, second.phone.code(h.clock())))
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, second.phone))
    acceptedOf(await h.twoFactor.factors.remove({ permit: leave, sessionId: SESSION, factorId }))
    const third = await begin(h, await permit(h.twoFactor, 'ada', nextCode(h.clock, second.phone)))
    expect(accountOf(third)).toBe('ada (3)')
  })

  it('beside imported ones, too', async () => {
    const h = house()
    for (const n of [1, 2])
      acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key: new Uint8Array(20).fill(n) }))
    const key = OtpKey.fromBytes(new Uint8Array(20).fill(1))
    const leave = await permit(h.twoFactor, 'ada', generateTotp(key, { at: h.clock() }))
    expect(accountOf(await begin(h, leave))).toBe('ada (3)')
  })
})

describe('importing an authenticator', () => {
  const key = OtpKey.fromBytes(new Uint8Array(20).fill(9))

  it('takes bytes, base32, a key URI or a key, and is idempotent', async () => {
    const h = house()
    const forms = [
      key.revealBytes(),
      key.revealBase32().toLowerCase(),
      `otpauth://totp/Old:ada?secret=${key.revealBase32()}`,
      key,
    ]
    const results = []
    for (const form of forms)
      results.push(acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key: form })))
    expect(results.map(({ imported }) => imported)).toEqual([true, false, false, false])
    expect(new Set(results.map(({ factorId }) => factorId)).size).toBe(1)
    expect(await login(h.twoFactor, 'ada', generateTotp(key, { at: h.clock() }))).toMatchObject({
      outcome: 'accepted',
    })
  })

  it('V5: codes up to the step that the old system saw last stay used', async () => {
    const h = house()
    const step = Math.floor(h.clock().getTime() / 30_000)
    acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key, lastUsedStep: step }))
    expect(await login(h.twoFactor, 'ada', generateTotp(key, { at: h.clock() }))).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
    expect(
      await login(h.twoFactor, 'ada', generateTotp(key, { at: h.clock.advance({ seconds: 30 }) })),
    ).toMatchObject({ outcome: 'accepted' })
  })

  it('a step that is yet to come, as seconds read for a step, would lock the user out: it is refused', async () => {
    const h = house()
    const seconds = Math.floor(h.clock().getTime() / 1000)
    await expect(
      h.twoFactor.totp.import({ userId: 'ada', key, lastUsedStep: seconds }),
    ).rejects.toMatchObject({ code: 'ERR_OPTION' })
    expect(h.store.writes).toBe(0)
  })

  it('V26: a key below 128 bits only with the flag, and counted as weak', async () => {
    const h = house()
    const short = 'JBSWY3DPEHPK3PXP'
    await expect(h.twoFactor.totp.import({ userId: 'ada', key: short })).rejects.toMatchObject({
      code: 'ERR_KEY',
    })
    acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key: short, allowShortKey: true }))
    expect(await h.twoFactor.maintenance.summarize()).toMatchObject({
      records: 1,
      enrolled: 1,
      totp: 1,
      weakKeys: 1,
    })
  })
})

function notNear(phone: { code(at: Date): string }, at: Date): string {
  const near = new Set(
    Array.from({ length: 25 }, (_, i) => phone.code(new Date(at.getTime() + (i - 12) * 30_000))),
  )
  let code = wrongCode(phone, at)
  while (near.has(code)) code = String(Number(code) + 1).padStart(6, '0')
  return code
}
