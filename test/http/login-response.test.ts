import { loginResponse } from 'keystep/http'
import { describe, expect, it } from 'vitest'
import { ORIGIN, portal } from './portal.ts'
import { enrollOver } from './walk.ts'

const request = new Request(`${ORIGIN}/login`, { method: 'POST' })

describe('loginResponse', () => {
  it('proceed: the session is opened with the grant, which stands in no body', async () => {
    const p = portal({ requirement: () => ({ from: new Date('2027-01-01T00:00:00Z') }) })
    const response = await loginResponse(await p.twoFactor.login.begin({ userId: 'ada' }), {
      request,
      openSession: p.openSession,
    })
    expect(await response.json()).toEqual({
      next: 'proceed',
      because: 'not_enrolled',
      enrollBy: '2027-01-01T00:00:00.000Z',
    })
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^session=/)])
    expect([response.headers.get('cache-control'), p.opened]).toMatchObject([
      'no-store',
      [{ userId: 'ada', assurance: 'password' }],
    ])
  })

  it('V11: challenge: no session, the challenge in its cookie alone', async () => {
    const p = portal()
    await enrollOver(p, 'ada')
    const { length } = p.opened
    const decision = await p.twoFactor.login.begin({ userId: 'ada' })
    const response = await loginResponse(decision, {
      request,
      openSession: p.openSession,
      now: p.clock,
      sameSite: 'lax',
    })
    expect(await response.json()).toEqual({
      next: 'challenge',
      factors: [{ kind: 'totp' }, { kind: 'backup_code' }],
      expiresAt: new Date(p.clock().getTime() + 300_000).toISOString(),
    })
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-challenge=ksc_[\w.-]+; Max-Age=300; .* SameSite=Lax$/),
    ])
    expect(p.opened).toHaveLength(length)
  })

  it('enroll: no session, the permit for the page that enrolls', async () => {
    const p = portal({ requirement: () => 'required' })
    const response = await loginResponse(await p.twoFactor.login.begin({ userId: 'ada' }), {
      request,
      openSession: p.openSession,
    })
    expect(await response.json()).toMatchObject({
      next: 'enroll',
      permit: expect.stringMatching(/^ksp_/),
    })
    expect([response.headers.getSetCookie(), p.opened]).toEqual([[], []])
  })

  it('V13: what is no grant of keystep opens nothing', async () => {
    const p = portal()
    const forged = {
      next: 'proceed',
      because: 'not_enrolled',
      grant: { userId: 'ada', amr: ['pwd'], assurance: 'mfa', verifiedAt: new Date() },
    } as never
    await expect(
      loginResponse(forged, { request, openSession: p.openSession }),
    ).rejects.toMatchObject({ code: 'ERR_GRANT' })
    expect(p.opened).toEqual([])
  })
})
