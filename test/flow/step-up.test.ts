import { createTwoFactor, MANAGE_FACTORS, type Secret, StepUpGrant, type TwoFactor } from 'keystep'
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
import { setUpAnew } from './staff-house.ts'

const expired = { outcome: 'rejected', reason: 'expired' }

async function stepUpChallenge(
  twoFactor: TwoFactor,
  userId: string,
  sessionId = SESSION,
  purpose = 'dns.change',
): Promise<string> {
  const decision = await twoFactor.stepUp.begin({ userId, sessionId, purpose })
  if (decision.next !== 'challenge') throw new Error(`expected a challenge, got ${decision.next}`)
  return decision.challenge
}

async function settled() {
  const h = house()
  const user = await enroll(h.twoFactor, 'ada', h.clock)
  h.clock.advance({ seconds: 30 })
  return { ...h, ...user }
}

describe('step-up', () => {
  it('ASVS 7.5.3: a code buys a permit, and the permit a grant for that user, session and purpose alone', async () => {
    const { twoFactor, clock, phone } = await settled()
    const asked = await stepUpChallenge(twoFactor, 'ada')
    const {
      permit: leave,
      expiresAt,
      failuresBefore,
    } = acceptedOf(
      await twoFactor.stepUp.verify({
        challenge: asked,
        code: phone.code(clock()),
        sessionId: SESSION,
      }),
    )
    expect(expiresAt.getTime() - clock().getTime()).toBe(600_000)
    expect(failuresBefore).toBe(0)
    const right = { permit: leave, userId: 'ada', sessionId: SESSION, purpose: 'dns.change' }
    const { grant } = acceptedOf(await twoFactor.stepUp.check(right))
    expect(StepUpGrant.isGrant(grant)).toBe(true)
    expect([
      grant.userId,
      grant.sessionId,
      grant.purpose,
      grant.assurance,
      grant.verifiedAt,
    ]).toEqual(['ada', SESSION, 'dns.change', 'mfa', clock()])
    await enroll(twoFactor, 'bob', clock)
    for (const other of [
      { userId: 'bob' },
      { sessionId: 'session-2' },
      { purpose: 'server.delete' },
      { purpose: MANAGE_FACTORS },
      { permit: `${leave.slice(0, -2)}AA` },
    ]) {
      expect(await twoFactor.stepUp.check({ ...right, ...other })).toEqual(expired)
    }
  })

  it('V28: a proof from before a password change is stale, also where the server that saw it ran ahead of the one that changes it', async () => {
    for (const change of ['passwordChanged', 'reset'] as const) {
      const { twoFactor, clock, store, keyring, phone } = await settled()
      const ahead = createTwoFactor({
        issuer: 'Example Hosting',
        store,
        keyring,
        now: () => new Date(clock().getTime() + 290_000),
      })
      const {
        grant: { verifiedAt },
      } = acceptedOf(await login(ahead, 'ada', phone.code(new Date(clock().getTime() + 290_000))))
      const done: { outcome: 'accepted'; supportCode?: Secret<string> } = await twoFactor.recovery[
        change
      ]({ userId: 'ada', actor: 'support/7', reason: 'test' })
      clock.advance({ seconds: 295 })
      if (done.supportCode) await setUpAnew(twoFactor, 'ada', done.supportCode, clock)
      const lastVerified = { assurance: 'mfa', verifiedAt } as const
      expect(
        await twoFactor.stepUp.begin({
          userId: 'ada',
          sessionId: SESSION,
          purpose: 'dns.change',
          lastVerified,
        }),
      ).toMatchObject({ next: 'challenge' })
    }
  })

  it('erasing a record from far ahead of this clock asks for no password that was typed after it', async () => {
    const { twoFactor, clock, store, keyring } = await settled()
    const ahead = createTwoFactor({
      issuer: 'Example Hosting',
      store,
      keyring,
      now: () => new Date(clock().getTime() + 290_000),
    })
    await ahead.recovery.passwordChanged({ userId: 'ada' })
    await twoFactor.recovery.passwordChanged({ userId: 'ada' })
    await twoFactor.maintenance.erase({ userId: 'ada', actor: 'support/7', reason: 'test' })
    expect(
      await twoFactor.stepUp.begin({
        userId: 'ada',
        sessionId: SESSION,
        purpose: MANAGE_FACTORS,
        firstFactorAt: clock(),
      }),
    ).toMatchObject({ next: 'proceed' })
  })

  it('a permit of another purpose is reusable until it expires', async () => {
    const { twoFactor, clock, phone } = await settled()
    const leave = await permit(twoFactor, 'ada', phone.code(clock()), SESSION, 'dns.change')
    const check = () =>
      twoFactor.stepUp.check({
        permit: leave,
        userId: 'ada',
        sessionId: SESSION,
        purpose: 'dns.change',
      })
    expect([await check(), await check()]).toMatchObject([
      { outcome: 'accepted' },
      { outcome: 'accepted' },
    ])
    clock.advance({ seconds: 599 })
    expect(await check()).toMatchObject({ outcome: 'accepted' })
    clock.advance({ seconds: 1 })
    expect(await check()).toEqual(expired)
  })

  it('RFC 6238 5.2: the code of a login does not pay for a step-up, nor the other way round', async () => {
    const { twoFactor, clock, phone } = await settled()
    acceptedOf(await login(twoFactor, 'ada', phone.code(clock())))
    const asked = await stepUpChallenge(twoFactor, 'ada')
    expect(
      await twoFactor.stepUp.verify({
        challenge: asked,
        code: phone.code(clock()),
        sessionId: SESSION,
      }),
    ).toEqual({ outcome: 'rejected', reason: 'already_used' })
    acceptedOf(
      await twoFactor.stepUp.verify({
        challenge: asked,
        code: nextCode(clock, phone),
        sessionId: SESSION,
      }),
    )
    expect(await login(twoFactor, 'ada', phone.code(clock()))).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
  })

  it('lastVerified proceeds for a fresh mfa only', async () => {
    const { twoFactor, clock } = await settled()
    const ago = (seconds: number) => new Date(clock().getTime() - seconds * 1000)
    const begin = (lastVerified: {
      assurance: 'password' | 'remembered' | 'mfa'
      verifiedAt: Date | string
    }) =>
      twoFactor.stepUp.begin({
        userId: 'ada',
        sessionId: SESSION,
        purpose: 'dns.change',
        lastVerified,
      })
    expect(await begin({ assurance: 'mfa', verifiedAt: ago(10) })).toMatchObject({
      next: 'proceed',
      because: 'recently_verified',
    })
    expect(await begin({ assurance: 'mfa', verifiedAt: ago(10).toISOString() })).toMatchObject({
      next: 'proceed',
    })
    expect(await begin({ assurance: 'mfa', verifiedAt: ago(600) })).toMatchObject({
      next: 'challenge',
    })
    expect(await begin({ assurance: 'mfa', verifiedAt: ago(-1) })).toMatchObject({
      next: 'challenge',
    })
    expect(await begin({ assurance: 'remembered', verifiedAt: ago(1) })).toMatchObject({
      next: 'challenge',
    })
    expect(await begin({ assurance: 'password', verifiedAt: ago(1) })).toMatchObject({
      next: 'challenge',
    })
    await twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect(await begin({ assurance: 'mfa', verifiedAt: ago(1) })).toMatchObject({
      next: 'challenge',
    })
    expect(await begin({ assurance: 'mfa', verifiedAt: clock() })).toMatchObject({
      next: 'proceed',
    })
  })

  it('ASVS 7.5.1: leave to manage factors always costs a code of its own once a factor is live', async () => {
    const { twoFactor, clock } = await settled()
    const fresh = { assurance: 'mfa', verifiedAt: clock() } as const
    const decision = await twoFactor.stepUp.begin({
      userId: 'ada',
      sessionId: SESSION,
      purpose: MANAGE_FACTORS,
      firstFactorAt: clock(),
      lastVerified: fresh,
    })
    expect(decision).toMatchObject({ next: 'challenge' })
  })

  it('without a second factor a fresh first one proceeds; an old, future or unknown one is asked for again', async () => {
    const { twoFactor, clock } = house()
    const begin = (firstFactorAt?: Date | string) =>
      twoFactor.stepUp.begin({
        userId: 'ada',
        sessionId: SESSION,
        purpose: 'dns.change',
        firstFactorAt,
      })
    const ago = (seconds: number) => new Date(clock().getTime() - seconds * 1000)
    expect(await begin()).toEqual({ next: 'confirm_first_factor' })
    expect(await begin(ago(600))).toEqual({ next: 'confirm_first_factor' })
    expect(await begin(ago(-1))).toEqual({ next: 'confirm_first_factor' })
    const decision = await begin(ago(599).toISOString())
    if (decision.next !== 'proceed') throw new Error(decision.next)
    expect(decision.because).toBe('not_enrolled')
    const { grant } = acceptedOf(
      await twoFactor.stepUp.check({
        permit: decision.permit,
        userId: 'ada',
        sessionId: SESSION,
        purpose: 'dns.change',
      }),
    )
    expect(grant.assurance).toBe('password')
    await twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect(await begin(ago(1))).toEqual({ next: 'confirm_first_factor' })
  })

  it('a permit by the password alone ends with the first factor that is bound', async () => {
    const { twoFactor, clock } = house()
    const decision = await twoFactor.stepUp.begin({
      userId: 'ada',
      sessionId: SESSION,
      purpose: 'dns.change',
      firstFactorAt: clock(),
    })
    if (decision.next !== 'proceed') throw new Error(decision.next)
    await twoFactor.recovery.passwordChanged({ userId: 'ada' })
    const again = await twoFactor.stepUp.begin({
      userId: 'ada',
      sessionId: SESSION,
      purpose: 'dns.change',
      firstFactorAt: clock(),
    })
    if (again.next !== 'proceed') throw new Error(again.next)
    await enroll(twoFactor, 'ada', clock)
    for (const { permit: leave } of [decision, again]) {
      expect(
        await twoFactor.stepUp.check({
          permit: leave,
          userId: 'ada',
          sessionId: SESSION,
          purpose: 'dns.change',
        }),
      ).toEqual(expired)
    }
  })

  it.each(['passwordChanged', 'reset'] as const)(
    '%s ends challenges and permits at once',
    async (change) => {
      const { twoFactor, clock, phone } = await settled()
      const leave = await permit(twoFactor, 'ada', phone.code(clock()), SESSION, 'dns.change')
      const asked = await stepUpChallenge(twoFactor, 'ada')
      await twoFactor.recovery[change]({ userId: 'ada', actor: 'support/7', reason: 'test' })
      expect(
        await twoFactor.stepUp.check({
          permit: leave,
          userId: 'ada',
          sessionId: SESSION,
          purpose: 'dns.change',
        }),
      ).toEqual(expired)
      expect(
        await twoFactor.stepUp.verify({
          challenge: asked,
          code: nextCode(clock, phone),
          sessionId: SESSION,
        }),
      ).toEqual(expired)
    },
  )

  it('V12: a challenge works in its own session and for its own kind of door', async () => {
    const { twoFactor, clock, phone } = await settled()
    const asked = await stepUpChallenge(twoFactor, 'ada')
    const code = phone.code(clock())
    expect(
      await twoFactor.stepUp.verify({ challenge: asked, code, sessionId: 'session-2' }),
    ).toEqual(expired)
    expect(await twoFactor.login.verify({ challenge: asked, code })).toEqual(expired)
    expect(
      await twoFactor.stepUp.verify({
        challenge: await challenge(twoFactor, 'ada'),
        code,
        sessionId: SESSION,
      }),
    ).toEqual(expired)
    expect(
      await twoFactor.stepUp.verify({ challenge: asked, code, sessionId: SESSION }),
    ).toMatchObject({ outcome: 'accepted' })
  })

  it('a session id never stands in a token', async () => {
    const { twoFactor, clock, phone } = await settled()
    const sessionId = 'Zm9vYmFyLXNlc3Npb24'
    const asked = await stepUpChallenge(twoFactor, 'ada', sessionId)
    const leave = await permit(twoFactor, 'ada', phone.code(clock()), sessionId)
    for (const token of [asked, leave]) {
      const [, body] = token.split('.')
      expect(token + Buffer.from(body!.slice(1), 'base64url').toString()).not.toContain(sessionId)
    }
  })

  it('a wrong code is counted with those of logins, and tells how many are left', async () => {
    const { twoFactor, clock, phone } = await settled()
    const code = wrongCode(phone, clock())
    expect(await login(twoFactor, 'ada', code)).toMatchObject({ attemptsLeft: 4 })
    expect(
      await twoFactor.stepUp.verify({
        challenge: await stepUpChallenge(twoFactor, 'ada'),
        code,
        sessionId: SESSION,
      }),
    ).toMatchObject({ attemptsLeft: 3 })
    expect(
      await twoFactor.stepUp.verify({
        challenge: await stepUpChallenge(twoFactor, 'ada'),
        code: phone.code(clock()),
        sessionId: SESSION,
      }),
    ).toMatchObject({ outcome: 'accepted', failuresBefore: 2 })
  })

  it('the purpose that keystep keeps for itself cannot be asked for', async () => {
    const { twoFactor, clock } = house()
    const begin = (purpose: string) =>
      twoFactor.stepUp.begin({ userId: 'ada', sessionId: SESSION, purpose, firstFactorAt: clock() })
    await expect(begin('keystep.enroll')).rejects.toMatchObject({ code: 'ERR_OPTION' })
    await expect(begin('')).rejects.toMatchObject({ code: 'ERR_OPTION' })
    await expect(begin('x'.repeat(65))).rejects.toMatchObject({ code: 'ERR_OPTION' })
  })
})
