import { afterEach, describe, expect, it, vi } from 'vitest'
import { acceptedOf, challenge, enroll, house, login, nextCode, permit, SESSION } from './house.ts'
import { peek } from '../record/record.ts'
import { firstPermit } from './sms-house.ts'

async function settled() {
  const h = house()
  const user = await enroll(h.twoFactor, 'ada', h.clock)
  h.clock.advance({ seconds: 30 })
  return { ...h, ...user }
}

describe('backup codes', () => {
  afterEach(() => vi.restoreAllMocks())

  it('63B-4 4.2.1.1: each logs in once, tells how many are left, and warns at 3', async () => {
    const { twoFactor, backupCodes, events } = await settled()
    for (const [n, code] of backupCodes.entries()) {
      expect(await login(twoFactor, 'ada', code)).toMatchObject({
        outcome: 'accepted',
        backupCodesLeft: 9 - n,
      })
      expect(await login(twoFactor, 'ada', code)).toEqual({
        outcome: 'rejected',
        reason: 'already_used',
      })
    }
    expect(events.filter(({ type }) => type === 'backup_code.used')).toHaveLength(10)
    expect(events.filter(({ type }) => type === 'backup_codes.low')).toMatchObject(
      [3, 2, 1, 0].map((left) => ({ left })),
    )
    const decision = await twoFactor.login.begin({ userId: 'ada' })
    expect(decision).toMatchObject({ next: 'challenge', factors: [{ kind: 'totp' }] })
  })

  it('V9: 50 parallel logins with the same code, each with a challenge of its own, are one', async () => {
    const { twoFactor, backupCodes } = await settled()
    const challenges = await Promise.all(
      Array.from({ length: 50 }, () => challenge(twoFactor, 'ada')),
    )
    const verdicts = await Promise.all(
      challenges.map((asked) =>
        twoFactor.login.verify({ challenge: asked, code: backupCodes[0]! }),
      ),
    )
    const outcomes = verdicts.map((one) => ('reason' in one ? one.reason : one.outcome)).sort()
    expect(outcomes).toEqual(['accepted', ...Array.from({ length: 49 }, () => 'already_used')])
    expect((await twoFactor.status({ userId: 'ada' })).backupCodesLeft).toBe(9)
  })

  it('V10: a wrong code spends nothing', async () => {
    const { twoFactor, backupCodes } = await settled()
    const [first] = backupCodes
    const close = `${first!.slice(0, -1)}${first!.endsWith('0') ? '1' : '0'}`
    expect(await login(twoFactor, 'ada', close)).toMatchObject({ reason: 'wrong_code' })
    expect((await twoFactor.status({ userId: 'ada' })).backupCodesLeft).toBe(10)
    expect(await login(twoFactor, 'ada', first!)).toMatchObject({
      outcome: 'accepted',
      backupCodesLeft: 9,
    })
  })

  it('one slow hash per attempt, remembered over lost swaps', async () => {
    const h = await settled()
    const slow = vi.spyOn(crypto.subtle, 'deriveBits')
    const asked = await challenge(h.twoFactor, 'ada')
    let losses = 3
    const unlucky = house({
      keyring: h.keyring,
      now: h.clock,
      store: {
        ...h.store,
        put: (...args) => (losses-- > 0 ? Promise.resolve(null) : h.store.put(...args)),
      },
    })
    acceptedOf(await unlucky.twoFactor.login.verify({ challenge: asked, code: h.backupCodes[0]! }))
    expect(losses).toBe(-1)
    expect(slow).toHaveBeenCalledTimes(1)
  })

  it('63B-4 3.1.2.2: every code is kept hashed under a salt of its own, and the codes stand nowhere', async () => {
    const h = await settled()
    const { backupCodes: set } = await peek(h, 'ada')
    expect(new Set(set!.codes.map(({ salt }) => salt)).size).toBe(10)
    expect(set!.codes.every(({ salt }) => Buffer.from(salt, 'base64url').length >= 4)).toBe(true)
    const text = JSON.stringify(await peek(h, 'ada'))
    for (const code of h.backupCodes) {
      expect(text).not.toContain(code)
      expect(text).not.toContain(code.replaceAll('-', ''))
    }
  })

  it('two users, and two realms of one user, never share a code', async () => {
    const h = await settled()
    await enroll(h.twoFactor, 'bob', h.clock)
    expect(await login(h.twoFactor, 'bob', h.backupCodes[0]!)).toMatchObject({
      reason: 'wrong_code',
    })
  })
})

describe('regenerating them', () => {
  it('puts a new set in place of the old, in one write, and spends the permit', async () => {
    const h = await settled()
    const leave = await permit(h.twoFactor, 'ada', h.phone.code(h.clock()))
    h.store.reset()
    const { backupCodes } = acceptedOf(
      await h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION }),
    )
    expect(h.store).toMatchObject({ reads: 1, writes: 1 })
    expect(await h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION })).toEqual(
      { outcome: 'rejected', reason: 'expired' },
    )
    expect(await login(h.twoFactor, 'ada', h.backupCodes[0]!)).toMatchObject({
      reason: 'wrong_code',
    })
    expect(await login(h.twoFactor, 'ada', backupCodes.reveal()[0]!)).toMatchObject({
      outcome: 'accepted',
      backupCodesLeft: 9,
    })
    expect(h.events.some(({ type }) => type === 'backup_codes.regenerated')).toBe(true)
  })

  it('ASVS 7.5.1: impossible without a live permit to manage factors, of this session', async () => {
    const h = await settled()
    const other = await permit(h.twoFactor, 'ada', h.phone.code(h.clock()), SESSION, 'dns.change')
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, h.phone))
    const expired = { outcome: 'rejected', reason: 'expired' }
    expect(await h.twoFactor.backupCodes.regenerate({ permit: other, sessionId: SESSION })).toEqual(
      expired,
    )
    expect(
      await h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: 'session-2' }),
    ).toEqual(expired)
    expect(
      await h.twoFactor.backupCodes.regenerate({ permit: `${leave}A`, sessionId: SESSION }),
    ).toEqual(expired)
    h.clock.advance({ seconds: 600 })
    expect(await h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION })).toEqual(
      expired,
    )
    expect(await login(h.twoFactor, 'ada', h.backupCodes[0]!)).toMatchObject({
      outcome: 'accepted',
    })
  })

  it('there is nothing to regenerate while no factor is enrolled', async () => {
    const h = house()
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    const leave = await firstPermit(h, 'ada')
    expect(await h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION })).toEqual(
      { outcome: 'rejected', reason: 'not_found' },
    )
  })

  it('of two parallel ones with one permit, one wins', async () => {
    const h = await settled()
    const leave = await permit(h.twoFactor, 'ada', h.phone.code(h.clock()))
    const clicks = await Promise.all(
      [1, 2, 3].map(() =>
        h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION }),
      ),
    )
    expect(clicks.map(({ outcome }) => outcome).sort()).toEqual([
      'accepted',
      'rejected',
      'rejected',
    ])
    const winner = clicks.find(({ outcome }) => outcome === 'accepted')!
    expect(
      await login(h.twoFactor, 'ada', acceptedOf(winner).backupCodes.reveal()[0]!),
    ).toMatchObject({ outcome: 'accepted' })
  })

  it('a set has as many codes as the portal says', async () => {
    const h = house({ backupCodes: { count: 32 } })
    expect((await enroll(h.twoFactor, 'ada', h.clock)).backupCodes).toHaveLength(32)
  })
})
