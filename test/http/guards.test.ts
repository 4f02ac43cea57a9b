import { MANAGE_FACTORS } from 'keystep'
import {
  type FetchHandler,
  type PortalSession,
  requirePermit,
  requireVerified,
  type SessionReader,
} from 'keystep/http'
import { memoryStore } from 'keystep/stores/memory'
import { describe, expect, it } from 'vitest'
import { ORIGIN, portal } from './portal.ts'
import { type Enrolled, enrollOver, permitOver } from './walk.ts'

const request = (headers: Record<string, string> = {}): Request =>
  new Request(`${ORIGIN}/admin`, { method: 'POST', headers })
const verifiedAt = new Date('2026-11-22T12:00:00Z')
const { twoFactor } = portal()
const sessionWith = (more: Partial<PortalSession>): PortalSession => ({
  userId: 'ada',
  sessionId: 's',
  account: 'ada',
  securityStamp: '0',
  ...more,
})

async function answered(
  guard: FetchHandler,
  asked: Request,
): Promise<[number, string] | 'through'> {
  const response = await guard(asked)
  if (!response) return 'through'
  expect(response.headers.get('cache-control')).toBe('no-store')
  return [response.status, await response.text()]
}

const noSession = [401, '{"error":"no_session"}']
const noFactor = [403, '{"error":"second_factor_required"}']
const noPermit = [403, '{"error":"permit_required"}']
const down = [503, '{"error":"unavailable"}']

describe('requireVerified', () => {
  const through = (minimum: 'mfa' | 'remembered', session: PortalSession | null) =>
    answered(requireVerified({ twoFactor, session: () => session, minimum }), request())

  it('V11: lets through what was verified so well, and nothing else', async () => {
    const levels = (['mfa', 'remembered', 'password'] as const).map((assurance) =>
      sessionWith({ lastVerified: { assurance, verifiedAt } }),
    )
    expect(await Promise.all(levels.map((session) => through('mfa', session)))).toEqual([
      'through',
      noFactor,
      noFactor,
    ])
    expect(await Promise.all(levels.map((session) => through('remembered', session)))).toEqual([
      'through',
      'through',
      noFactor,
    ])
    expect(await through('mfa', null)).toEqual(noSession)
  })

  it('V13: a session that does not say how it was opened, or says what nobody knows, is not verified', async () => {
    const claims: unknown[] = [
      undefined,
      null,
      {},
      true,
      'mfa',
      { assurance: true },
      { assurance: 'MFA' },
      { assurance: ['mfa'] },
      { assurance: 'aal2' },
    ]
    for (const lastVerified of claims) {
      expect(await through('remembered', sessionWith({ lastVerified } as never))).toEqual(noFactor)
    }
  })

  it('fails closed: what cannot be read is a 503, reported', async () => {
    const readers: SessionReader[] = [
      () => Promise.reject(new Error('down')),
      () => {
        throw new Error('down')
      },
      (() => true) as never,
      (() => ({ lastVerified: { assurance: 'mfa' } })) as never,
    ]
    for (const session of readers) {
      const reported: unknown[] = []
      expect(
        await answered(
          requireVerified({
            twoFactor,
            session,
            minimum: 'mfa',
            onError: (error) => void reported.push(error),
          }),
          request(),
        ),
      ).toEqual(down)
      expect(reported).toHaveLength(1)
    }
    expect(
      await answered(
        requireVerified({ twoFactor, session: (() => undefined) as never, minimum: 'mfa' }),
        request(),
      ),
    ).toEqual(noSession)
    expect(() =>
      requireVerified({ twoFactor, session: () => null, minimum: 'password' as never }),
    ).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }))
    expect(() => requireVerified({ twoFactor, minimum: 'mfa' } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION' }),
    )
  })
})

describe('a session that another one has ended', () => {
  const seen = async (guard: FetchHandler): Promise<unknown> => answered(guard, request())

  it('V14: is refused by both guards, and so is one without a stamp where nothing else was proven', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const permit = await permitOver(p, ada, 'dns.change')
    const own = p.sessions.get(ada.at.cookies.get('session')!)!
    const verifiedBy = (more: object) =>
      seen(
        requireVerified({
          twoFactor: p.twoFactor,
          session: () => ({ ...own, ...more }),
          minimum: 'mfa',
        }),
      )
    const permittedBy = (more: object, shown: string) =>
      seen(
        requirePermit('dns.change', {
          twoFactor: p.twoFactor,
          session: () => ({ ...own, ...more }),
          permit: () => shown,
        }),
      )
    expect(await verifiedBy({})).toBe('through')
    expect(await permittedBy({}, permit)).toBe('through')
    // A permit is of this session and epoch by itself.
    expect(await permittedBy({ securityStamp: undefined }, permit)).toBe('through')
    for (const securityStamp of [undefined, null, '', '0', 0, true, {}, 'another']) {
      expect(await verifiedBy({ securityStamp })).toEqual(noSession)
    }
    for (const securityStamp of [null, '', '0', 0, true, {}, 'another']) {
      expect(await permittedBy({ securityStamp }, permit)).toEqual(noSession)
      expect(await permittedBy({ securityStamp }, '')).toEqual(noSession)
    }
    const { securityStamp } = await p.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect(await verifiedBy({})).toEqual(noSession)
    expect(await permittedBy({}, permit)).toEqual(noSession)
    expect(await permittedBy({ securityStamp: undefined }, permit)).toEqual(noPermit)
    expect(await verifiedBy({ securityStamp })).toBe('through')
    expect(await permittedBy({ securityStamp }, permit)).toEqual(noPermit)
  })

  it('a guard without twoFactor is an error at once, and none that lets through', () => {
    const session = (): null => null
    for (const given of [undefined, {}, { sessions: {} }]) {
      const parts = { twoFactor: given, session, minimum: 'mfa' } as never
      const thrown = expect.objectContaining({ code: 'ERR_OPTION' }) as Error
      expect(() => requireVerified(parts)).toThrow(thrown)
      expect(() => requirePermit('dns.change', parts)).toThrow(thrown)
    }
  })
})

describe('requirePermit', () => {
  async function guarded(p: ReturnType<typeof portal>, ada: Enrolled, purpose = 'dns.change') {
    const permit = await permitOver(p, ada, purpose)
    const cookie = `session=${ada.at.cookies.get('session')!}`
    return {
      permit,
      cookie,
      guard: requirePermit('dns.change', {
        twoFactor: p.twoFactor,
        session: p.session,
        onError: (error) => void p.reported.push(error),
      }),
    }
  }

  it('lets through a live permit of this session for this purpose, until it expires', async () => {
    const p = portal()
    const { permit, cookie, guard } = await guarded(p, await enrollOver(p, 'ada'))
    expect(await answered(guard, request({ cookie, 'keystep-permit': permit }))).toBe('through')
    expect(await answered(guard, request({ cookie, 'keystep-permit': permit }))).toBe('through')
    p.clock.advance({ seconds: 601 })
    expect(await answered(guard, request({ cookie, 'keystep-permit': permit }))).toEqual(noPermit)
  })

  it('V13: no guarded route without a permit: none, forged, of another purpose, user, session or epoch', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const { permit, cookie, guard } = await guarded(p, ada)
    expect(await answered(guard, request({ 'keystep-permit': permit }))).toEqual(noSession)
    for (const shown of [
      '',
      'x',
      'ksp_',
      `${permit}x`,
      permit.slice(0, -1),
      permit.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      await permitOver(p, ada, MANAGE_FACTORS),
    ]) {
      expect(await answered(guard, request({ cookie, 'keystep-permit': shown }))).toEqual(noPermit)
    }
    expect(await answered(guard, request({ cookie }))).toEqual(noPermit)
    const bob = await enrollOver(p, 'bob')
    expect(
      await answered(
        guard,
        request({
          'cookie': `session=${bob.at.cookies.get('session')!}`,
          'keystep-permit': permit,
        }),
      ),
    ).toEqual(noPermit)
    await ada.at.login('ada')
    const { sessionId } = p.sessions.get(ada.at.cookies.get('session')!)!
    p.sessions.set('another', { userId: 'ada', sessionId: `${sessionId}2`, account: 'ada' })
    expect(
      await answered(guard, request({ 'cookie': 'session=another', 'keystep-permit': permit })),
    ).toEqual(noPermit)
    await p.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect(await answered(guard, request({ cookie, 'keystep-permit': permit }))).toEqual(noSession)
    expect(p.reported).toEqual([])
  })

  it('a token of another kind is a 400, a store that is down a 503: neither is through', async () => {
    const inner = memoryStore()
    const state = { down: false }
    const p = portal({
      store: {
        ...inner,
        get: (key) => (state.down ? Promise.reject(new Error('down')) : inner.get(key)),
      },
    })
    const { permit, cookie, guard } = await guarded(p, await enrollOver(p, 'ada'))
    expect(await answered(guard, request({ cookie, 'keystep-permit': 'ksc_x' }))).toEqual([
      400,
      '{"error":"bad_request"}',
    ])
    state.down = true
    expect(await answered(guard, request({ cookie, 'keystep-permit': permit }))).toEqual(down)
    expect(p.reported).toMatchObject([{ code: 'ERR_STORE' }])
  })

  it('takes the permit from where the portal says; what it finds there has to be a text', async () => {
    const p = portal()
    const { permit, cookie } = await guarded(p, await enrollOver(p, 'ada'))
    const field = async (asked: Request): Promise<string | null> =>
      new URLSearchParams(await asked.clone().text()).get('permit')
    const guard = requirePermit('dns.change', {
      twoFactor: p.twoFactor,
      session: p.session,
      permit: field,
    })
    const form = new Request(`${ORIGIN}/dns`, {
      method: 'POST',
      headers: { cookie },
      body: new URLSearchParams({ permit, zone: 'example.com' }),
    })
    expect(await answered(guard, form)).toBe('through')
    expect(await form.text()).toContain('zone=example.com')
    for (const found of [null, undefined, true, { permit }, [permit]]) {
      const strange = requirePermit('dns.change', {
        twoFactor: p.twoFactor,
        session: p.session,
        permit: () => found as never,
      })
      expect(await answered(strange, request({ cookie }))).toEqual(noPermit)
    }
    expect(() => requirePermit('', { twoFactor: p.twoFactor, session: p.session })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION' }),
    )
  })
})
