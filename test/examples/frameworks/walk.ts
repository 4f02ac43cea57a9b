import { parseKeyUri } from 'keystep/otp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { phoneWith, type Phone, stepWith } from '../phone.ts'
import type { Started } from '../portal-walk.ts'
import { describeWith } from '../programs.ts'
import { Page } from './page.ts'

const ADA = { name: 'ada', password: 'correct horse' }

/**
 * What every wiring of examples/frameworks is walked through over HTTP, with oathtool as the phone.
 */
export function walkWiring(name: string, start: () => Promise<Started>): void {
  describeWith(['oathtool'], `${name}, over HTTP`, () => {
    let portal: Started
    let desk: Page
    let phone: Phone
    let codes: string[]
    let backupCodes: readonly string[]

    beforeAll(async () => {
      portal = await start()
      desk = new Page(portal.origin)
    }, 180_000)
    afterAll(() => portal.stop())

    /** A browser that has just been asked for a code. */
    const challenged = async (): Promise<Page> => {
      const page = new Page(portal.origin)
      expect((await page.post('/log-in', ADA)).body).toMatchObject({
        next: 'challenge',
        factors: [{ kind: 'totp' }, { kind: 'backup_code' }],
      })
      return page
    }
    const permitByCode = async (purpose: string, code: string): Promise<string> => {
      const begun = await desk.client.stepUp.begin({ purpose })
      if (begun.next !== 'challenge') throw new Error(begun.next)
      const verified = await desk.client.stepUp.verify({ challenge: begun.challenge, code })
      if (verified.outcome !== 'accepted') throw new Error(verified.reason)
      return verified.permit
    }

    it('first factor: the right password alone, while there is no second one', async () => {
      expect(await desk.post('/log-in', { ...ADA, password: 'wrong horse' })).toMatchObject({
        status: 401,
        body: { error: 'wrong_name_or_password' },
        cookies: [],
      })
      await expect(desk.client.status()).rejects.toMatchObject({ status: 401, error: 'no_session' })
      const { body, cookies } = await desk.post('/log-in', ADA)
      expect(body).toEqual({ next: 'proceed', because: 'not_enrolled' })
      expect(cookies).toEqual([
        expect.stringMatching(/^session=[\w-]{36}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
      ])
      expect(await desk.client.status()).toMatchObject({ enrolled: false, backupCodesLeft: 0 })
      expect(await desk.post('/dns')).toMatchObject({
        status: 403,
        body: { error: 'second_factor_required' },
      })
    })

    it('enroll: a wrong first code, a right one, ten backup codes, a new session', async () => {
      const step = await desk.client.stepUp.begin({ purpose: 'manage_factors' })
      if (step.next !== 'proceed') throw new Error(step.next)
      const begun = await desk.client.totp.enroll({ permit: step.permit, label: 'Phone' })
      if (begun.outcome !== 'accepted') throw new Error(begun.reason)
      const { account, issuer, key } = parseKeyUri(begun.keyUri)
      expect([issuer, account]).toEqual(['Portal', 'ada'])
      phone = phoneWith(key.revealBase32())
      expect(
        await desk.client.totp.confirm({ enrollment: begun.enrollment, code: phone.wrongCode() }),
      ).toMatchObject({ reason: 'wrong_code' })
      const before = desk.cookies.get('session')
      await stepWith(5)
      // The latter two stay good for half a minute and more.
      codes = [-1, 0, 1].map((steps) => phone.code(steps))
      const confirmed = await desk.client.totp.confirm({
        enrollment: begun.enrollment,
        code: codes[0]!,
      })
      if (confirmed.outcome !== 'accepted' || !confirmed.backupCodes)
        throw new Error('not confirmed')
      backupCodes = confirmed.backupCodes
      expect(new Set(backupCodes).size).toBe(10)
      expect(desk.cookies.get('session')).not.toBe(before)
      expect(await desk.client.status()).toMatchObject({
        enrolled: true,
        backupCodesLeft: 10,
        factors: [{ kind: 'totp', label: 'Phone' }],
      })
    })

    it('code: no session before it, a wrong one tells how many tries are left, a right one lets in and remembers the device', async () => {
      desk = await challenged()
      expect([...desk.cookies.keys()]).toEqual(['__Host-challenge'])
      await expect(desk.client.status()).rejects.toMatchObject({ status: 401 })
      expect(await desk.post('/dns')).toMatchObject({ status: 401, body: { error: 'no_session' } })
      expect(await desk.client.login.verify({ code: phone.wrongCode() })).toMatchObject({
        outcome: 'rejected',
        reason: 'wrong_code',
        attemptsLeft: 4,
      })
      const verified = await desk.client.login.verify({
        code: codes[1]!,
        rememberDevice: { label: 'Desk' },
      })
      expect(verified).toMatchObject({
        outcome: 'accepted',
        failuresBefore: 1,
        backupCodesLeft: 10,
        device: { expiresAt: expect.any(String) },
      })
      expect([...desk.cookies.keys()].sort()).toEqual(['__Host-device', 'session'])
    })

    it('V9: a code is good once, and so is a backup code', async () => {
      const page = await challenged()
      expect(await page.client.login.verify({ code: codes[1]! })).toMatchObject({
        reason: 'already_used',
      })
      expect(await page.client.login.verify({ code: backupCodes[0]! })).toMatchObject({
        outcome: 'accepted',
        backupCodesLeft: 9,
      })
      expect(
        await (await challenged()).client.login.verify({ code: backupCodes[0]! }),
      ).toMatchObject({ reason: 'already_used' })
    })

    it('step-up after a code: DNS is changed with a permit of this session and purpose, and not without', async () => {
      expect(await desk.post('/dns')).toMatchObject({
        status: 403,
        body: { error: 'permit_required' },
      })
      const step = await desk.client.stepUp.begin({ purpose: 'dns' })
      if (step.next !== 'proceed') throw new Error(step.next)
      expect(step.because).toBe('recently_verified')
      expect(await desk.post('/dns', {}, { 'keystep-permit': step.permit })).toMatchObject({
        status: 200,
        body: { changed: true },
      })
      expect(await desk.client.factors.removeAll({ permit: step.permit })).toMatchObject({
        reason: 'expired',
      })
    })

    it('remembered device: lets in without a code; for DNS it costs one', async () => {
      expect((await desk.post('/log-in', ADA)).body).toEqual({
        next: 'proceed',
        because: 'remembered_device',
      })
      expect(await desk.client.status()).toMatchObject({ devices: [{ label: 'Desk' }] })
      expect(await desk.post('/dns')).toMatchObject({
        status: 403,
        body: { error: 'permit_required' },
      })
      const permit = await permitByCode('dns', codes[2]!)
      expect(await desk.post('/dns', {}, { 'keystep-permit': permit })).toMatchObject({
        status: 200,
        body: { changed: true },
      })
      const other = await challenged()
      await other.client.login.verify({ code: backupCodes[1]! })
      expect(await other.post('/dns', {}, { 'keystep-permit': permit })).toMatchObject({
        status: 403,
        body: { error: 'permit_required' },
      })
    })

    it.each([
      ['POST', '/log-in'],
      ['POST', '/dns'],
      ['POST', '/two-factor/devices/revoke-all'],
      ['GET', '/two-factor/status'],
    ])('another site may not %s %s', async (method, path) => {
      for (const from of [
        { origin: 'https://evil.example' },
        { 'sec-fetch-site': 'cross-site' },
        { 'origin': 'https://evil.example', 'x-forwarded-host': 'evil.example' },
      ]) {
        expect(
          await desk.ask(
            method,
            path,
            method === 'GET' ? '' : '{}',
            from as Record<string, string>,
          ),
        ).toMatchObject({ status: 403, body: { error: 'cross_origin' }, cookies: [] })
      }
    })

    it.each(['/log-in', '/two-factor/login/verify'])(
      '%s: a body that is no JSON is a 400 that shows neither what was typed nor a stack',
      async (path) => {
        const { status, text } = await desk.ask('POST', path, '{"code":"424242",}')
        expect([status, /424242|node_modules/.exec(text)]).toEqual([400, null])
      },
    )

    it('what is no JSON, no route, or not ours', async () => {
      expect(
        await desk.ask('POST', '/two-factor/devices/revoke-all', '{}', {
          'content-type': 'text/plain',
        }),
      ).toMatchObject({ status: 415 })
      expect(await desk.post('/two-factor/nope')).toMatchObject({
        status: 404,
        body: { error: 'not_found' },
      })
      expect((await desk.ask('GET', '/nope')).status).toBe(404)
    })

    it('disable: with a code of its own; then the password is enough again', async () => {
      const permit = await permitByCode('manage_factors', backupCodes[2]!)
      expect(await desk.client.factors.removeAll({ permit })).toEqual({
        outcome: 'accepted',
        enrolled: false,
      })
      expect(desk.cookies.has('__Host-device')).toBe(false)
      expect((await new Page(portal.origin).post('/log-in', ADA)).body).toEqual({
        next: 'proceed',
        because: 'not_enrolled',
      })
    })
  })
}
