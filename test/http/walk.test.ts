import { generateTotp, parseKeyUri } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { acceptedOf, nextCode } from '../flow/house.ts'
import { browser, portal } from './portal.ts'
import { challenged, enrollOver, permitOver, text } from './walk.ts'

describe('the walk of a user', () => {
  it('first factor, enroll, code, backup code, remembered device, step-up, new codes, disable', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    expect(ada.backupCodes).toHaveLength(10)
    expect((await ada.at.get('/status')).body).toMatchObject({
      enrolled: true,
      backupCodesLeft: 10,
      factors: [{ kind: 'totp', label: 'Phone' }],
    })

    const first = await challenged(p, 'ada')
    const byCode = await first.post('/login/verify', {
      code: nextCode(p.clock, ada.phone),
      rememberDevice: { label: 'Firefox' },
    })
    expect(byCode.body).toMatchObject({
      outcome: 'accepted',
      failuresBefore: 0,
      backupCodesLeft: 10,
      device: { expiresAt: expect.stringMatching(/^2026-12-22T/) },
    })
    expect(p.opened.at(-1)).toMatchObject({ userId: 'ada', assurance: 'mfa' })

    expect((await first.login('ada')).body).toMatchObject({
      next: 'proceed',
      because: 'remembered_device',
    })
    expect(p.opened.at(-1)).toMatchObject({ assurance: 'remembered' })

    const second = await challenged(p, 'ada')
    expect((await second.post('/login/verify', { code: ada.backupCodes[0] })).body).toMatchObject({
      outcome: 'accepted',
      backupCodesLeft: 9,
    })
    const again = await challenged(p, 'ada')
    expect((await again.post('/login/verify', { code: ada.backupCodes[0] })).body).toMatchObject({
      reason: 'already_used',
    })

    const regenerated = await ada.at.post('/backup-codes/regenerate', {
      permit: await permitOver(p, ada),
    })
    expect(regenerated.body).toMatchObject({
      outcome: 'accepted',
      backupCodes: expect.arrayContaining([expect.stringMatching(/^[\w-]{19}$/)]),
    })
    expect(
      (await ada.at.post('/factors/rename', { factorId: ada.factorId, label: 'New phone' })).status,
    ).toBe(200)
    const { devices } = (await ada.at.get('/status')).body as { devices: { deviceId: string }[] }
    expect((await ada.at.post('/devices/revoke', { deviceId: devices[0]!.deviceId })).body).toEqual(
      { outcome: 'accepted' },
    )
    expect((await ada.at.post('/devices/revoke', { deviceId: devices[0]!.deviceId })).status).toBe(
      404,
    )
    expect((await ada.at.post('/devices/revoke-all')).body).toEqual({
      outcome: 'accepted',
      revoked: 0,
    })

    const off = await ada.at.post('/factors/remove-all', { permit: await permitOver(p, ada) })
    expect(off.body).toEqual({ outcome: 'accepted', enrolled: false })
    expect((await first.login('ada')).body).toMatchObject({
      next: 'proceed',
      because: 'not_enrolled',
    })
    expect(p.reported).toEqual([])
  })

  it('a number: enroll, confirm, a code for a login, a code for a step-up, remove', async () => {
    const p = portal()
    const at = browser(p.serve)
    await at.login('bob')
    const permit = text(await at.post('/step-up/begin', { purpose: 'manage_factors' }), 'permit')
    expect((await at.post('/sms/enroll', { permit, number: 'call me' })).body).toMatchObject({
      reason: 'malformed_number',
    })
    expect((await at.post('/sms/enroll', { permit, number: '+15005550006' })).body).toMatchObject({
      reason: 'number_refused',
    })
    const begun = await at.post('/sms/enroll', { permit, number: '+49 151 12345678' })
    const confirmed = await at.post('/sms/confirm', {
      enrollment: text(begun, 'enrollment'),
      code: p.outbox.at(-1)!.code,
    })
    expect(confirmed.body).toMatchObject({ outcome: 'accepted', backupCodes: expect.any(Array) })

    const other = await challenged(p, 'bob')
    const soon = await other.post('/sms/send')
    expect([soon.status, soon.body['reason'], soon.headers.get('retry-after')]).toEqual([
      429,
      'too_soon',
      '30',
    ])
    p.clock.advance({ seconds: 30 })
    expect((await other.post('/sms/send', { to: 'backup' })).body).toMatchObject({
      reason: 'factor_unavailable',
    })
    expect((await other.post('/sms/send')).body).toMatchObject({
      outcome: 'accepted',
      hint: '•••• 5678',
    })
    expect(
      (await other.post('/login/verify', { code: p.outbox.at(-1)!.code, factor: 'sms' })).status,
    ).toBe(200)

    p.clock.advance({ seconds: 30 })
    const challenge = text(
      await at.post('/step-up/begin', { purpose: 'manage_factors' }),
      'challenge',
    )
    expect((await at.post('/sms/send', { challenge })).status).toBe(200)
    const verified = await at.post('/step-up/verify', { challenge, code: p.outbox.at(-1)!.code })
    const removed = await at.post('/factors/remove', {
      permit: text(verified, 'permit'),
      factorId: text(confirmed, 'factorId'),
    })
    expect(removed.body).toEqual({ outcome: 'accepted', enrolled: false })
    expect(removed.headers.getSetCookie().join()).toContain('__Host-device=; Max-Age=0')
  })

  it('a required enrollment at login, and a new one after a support code, without any session before', async () => {
    const p = portal({ requirement: () => 'required' })
    const at = browser(p.serve)
    const begun = await at.login('cyd')
    expect(begun.body).toMatchObject({
      next: 'enroll',
      factors: [{ kind: 'totp' }, { kind: 'sms' }],
    })
    expect(p.opened).toEqual([])
    const shown = await at.post('/totp/enroll', { permit: text(begun, 'permit'), account: 'cyd' })
    expect(text(shown, 'keyUri')).toContain(':cyd?')
    const again = await at.post('/totp/pending', { enrollment: text(shown, 'enrollment') })
    expect(again.body).toEqual(shown.body)
    const code = (uri: string): string => generateTotp(parseKeyUri(uri).key, { at: p.clock() })
    expect(
      (await at.post('/totp/confirm', { enrollment: text(shown, 'enrollment'), code: 'abc' })).body,
    ).toMatchObject({ reason: 'malformed_code' })
    const confirmed = await at.post('/totp/confirm', {
      enrollment: text(shown, 'enrollment'),
      code: code(text(shown, 'keyUri')),
    })
    expect(confirmed.status).toBe(200)
    expect(p.opened).toMatchObject([{ userId: 'cyd', assurance: 'mfa' }])

    const { supportCode } = acceptedOf(
      await p.twoFactor.recovery.issueSupportCode({
        userId: 'cyd',
        actor: 'Ann',
        reason: 'lost phone',
      }),
    )
    const lost = await challenged(p, 'cyd')
    const anew = await lost.post('/login/verify', { code: supportCode.reveal() })
    expect(anew.body).toEqual({ outcome: 'enroll', permit: expect.stringMatching(/^ksp_/) })
    expect(p.opened).toHaveLength(1)
    expect(lost.cookies.has('__Host-challenge')).toBe(false)
    const second = await lost.post('/totp/enroll', { permit: text(anew, 'permit'), account: 'cyd' })
    expect(
      (
        await lost.post('/totp/confirm', {
          enrollment: text(second, 'enrollment'),
          code: code(text(second, 'keyUri')),
        })
      ).status,
    ).toBe(200)
    expect(p.opened).toHaveLength(2)
  })

  it('tells a phone whose clock is off by how much', async () => {
    const p = portal()
    const at = browser(p.serve)
    await at.login('dan')
    const permit = text(await at.post('/step-up/begin', { purpose: 'manage_factors' }), 'permit')
    const shown = await at.post('/totp/enroll', { permit })
    const late = generateTotp(parseKeyUri(text(shown, 'keyUri')).key, {
      at: new Date(p.clock().getTime() - 150_000),
    })
    const answer = await at.post('/totp/confirm', {
      enrollment: text(shown, 'enrollment'),
      code: late,
    })
    expect([answer.status, answer.body]).toEqual([
      422,
      { outcome: 'rejected', reason: 'clock_off', bySeconds: -150 },
    ])
  })
})

describe('cookies of the answers', () => {
  it('are __Host-, HttpOnly, Secure, SameSite, with Max-Age from the result', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const at = browser(p.serve)
    expect((await at.login('ada')).headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-challenge=ksc_[\w.-]+; Max-Age=300; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
      ),
    ])
    const answer = await at.post('/login/verify', {
      code: nextCode(p.clock, ada.phone),
      rememberDevice: { label: 'x' },
    })
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^session=/),
      expect.stringMatching(
        /^__Host-device=ksd_[\w.-]+; Max-Age=2592000; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
      ),
      '__Host-challenge=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict',
    ])
  })

  it('V23: no body holds a device token, a grant or a challenge of a login', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const at = browser(p.serve)
    const begun = await at.login('ada')
    const answer = await at.post('/login/verify', {
      code: nextCode(p.clock, ada.phone),
      rememberDevice: { label: 'x' },
    })
    expect(Object.keys(begun.body).sort()).toEqual(['expiresAt', 'factors', 'next'])
    expect(Object.keys(answer.body).sort()).toEqual([
      'backupCodesLeft',
      'device',
      'failuresBefore',
      'outcome',
    ])
    expect(answer.text + begun.text).not.toMatch(/ksd_|ksc_|ksp_/)
  })
})
