import { LoginGrant } from 'keystep'
import { describe, expect, it } from 'vitest'
import {
  acceptedOf,
  challenge,
  enroll,
  house,
  login,
  nextCode,
  permit,
  SESSION,
  wrongCode,
} from './house.ts'
import { erase } from '../record/record.ts'

describe('login', () => {
  it('proceeds without a second factor, asks for a code with one, and opens the session with the grant alone', async () => {
    const { twoFactor, clock, store } = house()
    const first = await twoFactor.login.begin({ userId: 'ada' })
    expect(first).toMatchObject({ next: 'proceed', because: 'not_enrolled' })
    const { phone, backupCodes, grant } = await enroll(twoFactor, 'ada', clock)
    expect(grant).toMatchObject({ userId: 'ada', assurance: 'mfa' })
    expect(backupCodes).toHaveLength(10)
    clock.advance({ seconds: 30 })
    store.reset()
    const decision = await twoFactor.login.begin({ userId: 'ada' })
    expect(store).toMatchObject({ reads: 1, writes: 0 })
    if (decision.next !== 'challenge') throw new Error(decision.next)
    expect(decision.factors).toEqual([{ kind: 'totp' }, { kind: 'backup_code' }])
    store.reset()
    const wrong = await twoFactor.login.verify({
      challenge: decision.challenge,
      code: wrongCode(phone, clock()),
    })
    expect(wrong).toEqual({ outcome: 'rejected', reason: 'wrong_code', attemptsLeft: 4 })
    expect(store).toMatchObject({ reads: 1, writes: 1 })
    const accepted = acceptedOf(
      await twoFactor.login.verify({ challenge: decision.challenge, code: phone.code(clock()) }),
    )
    expect(accepted.failuresBefore).toBe(1)
    expect(accepted.grant.toJSON()).toMatchObject({
      userId: 'ada',
      amr: ['pwd', 'otp', 'mfa'],
      assurance: 'mfa',
    })
    const replay = await login(twoFactor, 'ada', phone.code(clock()))
    expect(replay).toEqual({ outcome: 'rejected', reason: 'already_used' })
    expect(await login(twoFactor, 'ada', backupCodes[0]!)).toMatchObject({
      outcome: 'accepted',
      backupCodesLeft: 9,
    })
    const off = await twoFactor.factors.removeAll({
      permit: await permit(twoFactor, 'ada', nextCode(clock, phone)),
      sessionId: SESSION,
    })
    expect(off).toMatchObject({ outcome: 'accepted', enrolled: false })
    expect(await twoFactor.login.begin({ userId: 'ada', expectEnrolled: true })).toMatchObject({
      next: 'proceed',
    })
    expect((await twoFactor.status({ userId: 'ada' })).activity[0]).toMatchObject({
      type: 'factor.removed',
    })
  })

  it('carries how the first factor was proven into the grant, and the instant of the second (RFC 8176)', async () => {
    const { twoFactor, clock } = house()
    const plain = await twoFactor.login.begin({ userId: 'ada', amr: ['fed'] })
    if (plain.next !== 'proceed') throw new Error(plain.next)
    expect(plain.grant.toJSON()).toEqual({
      userId: 'ada',
      amr: ['fed'],
      assurance: 'password',
      verifiedAt: clock().toISOString(),
      securityStamp: '0',
    })
    const {
      phone,
      grant: { securityStamp },
    } = await enroll(twoFactor, 'ada', clock)
    const decision = await twoFactor.login.begin({ userId: 'ada', amr: ['fed', 'hwk'] })
    if (decision.next !== 'challenge') throw new Error(decision.next)
    const code = nextCode(clock, phone)
    const { grant } = acceptedOf(
      await twoFactor.login.verify({ challenge: decision.challenge, code }),
    )
    expect(LoginGrant.isGrant(grant)).toBe(true)
    expect(grant.toJSON()).toEqual({
      userId: 'ada',
      amr: ['fed', 'hwk', 'otp', 'mfa'],
      assurance: 'mfa',
      verifiedAt: clock().toISOString(),
      securityStamp,
    })
  })

  it('the challenge is good for 5 minutes and one success', async () => {
    const { twoFactor, clock } = house()
    const { backupCodes, phone } = await enroll(twoFactor, 'ada', clock)
    const decision = await twoFactor.login.begin({ userId: 'ada' })
    if (decision.next !== 'challenge') throw new Error(decision.next)
    expect(decision.expiresAt.getTime() - clock().getTime()).toBe(300_000)
    clock.advance({ seconds: 299 })
    expect(
      await twoFactor.login.verify({
        challenge: decision.challenge,
        code: wrongCode(phone, clock()),
      }),
    ).toMatchObject({ reason: 'wrong_code' })
    acceptedOf(
      await twoFactor.login.verify({ challenge: decision.challenge, code: backupCodes[0]! }),
    )
    expect(
      await twoFactor.login.verify({ challenge: decision.challenge, code: backupCodes[1]! }),
    ).toEqual({ outcome: 'rejected', reason: 'expired' })
    const late = await challenge(twoFactor, 'ada')
    clock.advance({ seconds: 300 })
    expect(await twoFactor.login.verify({ challenge: late, code: backupCodes[1]! })).toEqual({
      outcome: 'rejected',
      reason: 'expired',
    })
    expect(await login(twoFactor, 'ada', backupCodes[1]!)).toMatchObject({
      outcome: 'accepted',
      backupCodesLeft: 8,
    })
  })

  it('expectEnrolled: a missing record, or one that nobody rightfully emptied, is an error and never "no second factor"', async () => {
    const h = house()
    const expected = { userId: 'ada', expectEnrolled: true }
    await expect(h.twoFactor.login.begin(expected)).rejects.toMatchObject({
      code: 'ERR_RECORD_MISSING',
    })
    await enroll(h.twoFactor, 'ada', h.clock)
    expect(await h.twoFactor.login.begin(expected)).toMatchObject({ next: 'challenge' })
    await erase(h, 'ada')
    await expect(h.twoFactor.login.begin(expected)).rejects.toMatchObject({
      code: 'ERR_RECORD_MISSING',
    })
    // A password change writes a record anew: it must not read as a second factor that was taken
    // off.
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    await expect(h.twoFactor.login.begin(expected)).rejects.toMatchObject({
      code: 'ERR_RECORD_MISSING',
    })
    await h.twoFactor.recovery.reset({
      userId: 'ada',
      actor: 'support/7',
      reason: 'lost everything',
    })
    expect(await h.twoFactor.login.begin(expected)).toMatchObject({
      next: 'challenge',
      factors: [{ kind: 'support_code' }],
    })
  })

  it('one field takes any code; `factor` narrows it to one kind', async () => {
    const { twoFactor, clock } = house()
    const { phone, backupCodes } = await enroll(twoFactor, 'ada', clock)
    const typed = backupCodes[0]!
      .toLowerCase()
      .replaceAll('-', ' ')
      .replaceAll('0', 'o')
      .replaceAll('1', 'l')
    expect(
      await login(twoFactor, 'ada', nextCode(clock, phone), { factor: 'backup_code' }),
    ).toEqual({ outcome: 'rejected', reason: 'malformed_code' })
    expect(await login(twoFactor, 'ada', typed, { factor: 'totp' })).toEqual({
      outcome: 'rejected',
      reason: 'malformed_code',
    })
    expect(await login(twoFactor, 'ada', phone.code(clock()), { factor: 'sms' })).toEqual({
      outcome: 'rejected',
      reason: 'factor_unavailable',
    })
    expect(
      await login(twoFactor, 'ada', ` ${phone.code(clock()).replace(/(...)/, '$1 ')}\n`, {
        factor: 'totp',
      }),
    ).toMatchObject({ outcome: 'accepted' })
    expect(await login(twoFactor, 'ada', typed, { factor: 'backup_code' })).toMatchObject({
      outcome: 'accepted',
      failuresBefore: 0,
    })
  })

  it('authenticators of other lengths are told apart by shape, and what fits none is no attempt', async () => {
    const h = house({ totp: { digits: 8, algorithm: 'SHA256', periodSeconds: 60 } })
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    h.store.reset()
    expect(await login(h.twoFactor, 'ada', '123456')).toEqual({
      outcome: 'rejected',
      reason: 'malformed_code',
    })
    expect(h.store.writes).toBe(0)
    expect(
      await login(h.twoFactor, 'ada', phone.code(h.clock.advance({ seconds: 60 }))),
    ).toMatchObject({ outcome: 'accepted' })
  })

  it('a record deleted under a challenge ends the challenge', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const asked = await challenge(h.twoFactor, 'ada')
    await erase(h, 'ada')
    expect(
      await h.twoFactor.login.verify({ challenge: asked, code: nextCode(h.clock, phone) }),
    ).toEqual({ outcome: 'rejected', reason: 'expired' })
  })

  it('ASVS 8.4.1: two realms never see each other; two applications of one realm share an enrollment', async () => {
    const portal = house({ realm: 'hosting' })
    const { keyring, store, clock } = portal
    const shared = { keyring, store, now: clock }
    const panel = house({ ...shared, realm: 'hosting', issuer: 'Control Panel' })
    const stranger = house({ ...shared, realm: 'billing' })
    const { phone } = await enroll(portal.twoFactor, 'ada', clock)
    expect(await stranger.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({
      next: 'proceed',
      because: 'not_enrolled',
    })
    const asked = await challenge(portal.twoFactor, 'ada')
    const code = nextCode(clock, phone)
    await enroll(stranger.twoFactor, 'ada', clock)
    expect(await stranger.twoFactor.login.verify({ challenge: asked, code })).toEqual({
      outcome: 'rejected',
      reason: 'expired',
    })
    acceptedOf(await panel.twoFactor.login.verify({ challenge: asked, code }))
    expect(await login(portal.twoFactor, 'ada', code)).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
  })
})
