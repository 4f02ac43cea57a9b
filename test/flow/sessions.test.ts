import { describe, expect, it } from 'vitest'
import { acceptedOf, challenge, enroll, house, login, nextCode, permit, SESSION } from './house.ts'

const ended = { outcome: 'rejected', reason: 'ended' }
const accepted = { outcome: 'accepted' }

async function settled() {
  const h = house()
  const user = await enroll(h.twoFactor, 'ada', h.clock)
  const check = (securityStamp?: unknown) =>
    h.twoFactor.sessions.check({ userId: 'ada', securityStamp: securityStamp as string })
  return { ...h, ...user, check }
}

describe('sessions.check', () => {
  it('says in one read and no write whether a session goes on', async () => {
    const h = await settled()
    h.store.reset()
    expect(await h.check(h.grant.securityStamp)).toEqual(accepted)
    expect(h.store).toMatchObject({ reads: 1, writes: 0 })
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect(await h.check(h.grant.securityStamp)).toEqual(ended)
  })

  it('a session without a stamp is ended, and so is one with anything but the current stamp', async () => {
    const h = await settled()
    const { securityStamp } = h.grant
    const others = [`${securityStamp}x`, securityStamp.toLowerCase(), ` ${securityStamp}`]
    const strange = [undefined, null, '', '0', 0, true, {}, [], [securityStamp], ...others]
    for (const stamp of strange) expect(await h.check(stamp)).toEqual(ended)
    expect(await h.twoFactor.sessions.check({ userId: 'ada' })).toEqual(ended)
  })

  it("is '0' where there is no epoch yet, also beside a record that was merely created", async () => {
    const h = house()
    const begun = await h.twoFactor.login.begin({ userId: 'bob' })
    if (begun.next !== 'proceed') throw new Error(begun.next)
    expect(begun.grant.securityStamp).toBe('0')
    const check = (securityStamp: string) =>
      h.twoFactor.sessions.check({ userId: 'bob', securityStamp })
    expect(await check('0')).toEqual(accepted)
    expect(await check('')).toEqual(ended)
    const { grant } = await enroll(h.twoFactor, 'bob', h.clock)
    expect(await check('0')).toEqual(ended)
    expect(await check(grant.securityStamp)).toEqual(accepted)
  })

  it('a record that is gone ends every session of its user, and another user has other stamps', async () => {
    const h = await settled()
    const bob = await enroll(h.twoFactor, 'bob', h.clock)
    expect(await h.check(bob.grant.securityStamp)).toEqual(ended)
    for (const key of await h.store.keys()) {
      const { version } = (await h.store.get(key))!
      await h.store.delete(key, { expected: version })
    }
    expect(await h.check(h.grant.securityStamp)).toEqual(ended)
  })

  it('a stamp is the same on every grant of one epoch, and none is used twice', async () => {
    const h = await settled()
    const seen = [h.grant.securityStamp]
    for (let n = 0; n < 5; n++) {
      const code = nextCode(h.clock, h.phone)
      const { grant } = acceptedOf(await login(h.twoFactor, 'ada', code))
      expect(grant.securityStamp).toBe(seen.at(-1))
      seen.push((await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })).securityStamp)
    }
    expect(new Set(seen).size).toBe(6)
    for (const stamp of seen.slice(0, -1)) expect(await h.check(stamp)).toEqual(ended)
    expect(await h.check(seen.at(-1))).toEqual(accepted)
  })

  it('an unfit user id and a store that is down are errors, and no session that has ended', async () => {
    const down = house({
      store: {
        get: () => Promise.reject(new Error('down')),
        put: () => Promise.reject(new Error('down')),
        delete: () => Promise.reject(new Error('down')),
        keys: () => Promise.reject(new Error('down')),
      },
    })
    const check = (userId: string) => down.twoFactor.sessions.check({ userId, securityStamp: '0' })
    await expect(check('ada')).rejects.toMatchObject({ code: 'ERR_STORE' })
    await expect(check('')).rejects.toMatchObject({ code: 'ERR_USER_ID' })
  })
})

describe('stepUp and the security stamp', () => {
  it('a proof with the current stamp counts by its age alone, with another one never', async () => {
    const h = await settled()
    const { grant } = acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, h.phone)))
    const lastVerified = { assurance: grant.assurance, verifiedAt: grant.verifiedAt }
    const begin = async (securityStamp?: string) =>
      (
        await h.twoFactor.stepUp.begin({
          userId: 'ada',
          sessionId: SESSION,
          purpose: 'dns.change',
          lastVerified,
          securityStamp,
        })
      ).next
    expect(await begin(grant.securityStamp)).toBe('proceed')
    expect(await begin()).toBe('proceed')
    expect(await begin('0')).toBe('challenge')
    h.clock.advance({ seconds: 1 })
    const changed = await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    // The session that changed the password goes on with its proof; an unknown one has to prove it.
    expect(await begin(changed.securityStamp)).toBe('proceed')
    expect(await begin()).toBe('challenge')
    expect(await begin(grant.securityStamp)).toBe('challenge')
    h.clock.advance({ seconds: 600 })
    expect(await begin(changed.securityStamp)).toBe('challenge')
  })

  it('without a stamp a proof counts from the instant of the epoch on, with no tolerance', async () => {
    const h = house()
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    const renewedAt = h.clock().getTime()
    h.clock.advance({ seconds: 60 })
    const begin = async (at: number) =>
      (
        await h.twoFactor.stepUp.begin({
          userId: 'ada',
          sessionId: SESSION,
          purpose: 'dns.change',
          firstFactorAt: new Date(at),
        })
      ).next
    expect(await begin(renewedAt)).toBe('proceed')
    expect(await begin(renewedAt - 1)).toBe('confirm_first_factor')
  })

  it('no permit is good under another stamp, and the grant of a door tells the current one', async () => {
    const h = await settled()
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, h.phone), SESSION, 'dns')
    const check = (securityStamp?: string) =>
      h.twoFactor.stepUp.check({
        permit: leave,
        userId: 'ada',
        sessionId: SESSION,
        purpose: 'dns',
        securityStamp,
      })
    for (const stamp of [undefined, h.grant.securityStamp]) {
      const { grant } = acceptedOf(await check(stamp))
      expect(grant.securityStamp).toBe(h.grant.securityStamp)
    }
    for (const stamp of ['0', '', 'another', null as never])
      expect(await check(stamp)).toEqual({ outcome: 'rejected', reason: 'expired' })
  })

  it('a challenge begun before the change is over for everybody, the owner included', async () => {
    const h = await settled()
    const asked = await challenge(h.twoFactor, 'ada')
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    const code = nextCode(h.clock, h.phone)
    expect(await h.twoFactor.login.verify({ challenge: asked, code })).toEqual({
      outcome: 'rejected',
      reason: 'expired',
    })
  })
})
