import { createKeyring, LoginGrant, StepUpGrant } from 'keystep'
import { describe, expect, it } from 'vitest'
import { acceptedOf, challenge, enroll, house, login, nextCode, SESSION } from '../house.ts'

const expired = { outcome: 'rejected', reason: 'expired' }

describe('threats: sessions before their time', () => {
  it('V11: what comes before the second factor is a challenge and nothing that opens a session', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const decision = await h.twoFactor.login.begin({ userId: 'ada' })
    expect(decision).not.toHaveProperty('grant')
    expect(Object.keys(decision).sort()).toEqual(['challenge', 'expiresAt', 'factors', 'next'])
    const refused = await login(h.twoFactor, 'ada', phone.code(h.clock()))
    expect(Object.keys(refused).sort()).toEqual(['outcome', 'reason'])
    // No field of the request skips it: only what section 4 names is looked at.
    const flags = {
      skip: true,
      verified: true,
      mfa: true,
      trusted: true,
      assurance: 'mfa',
      outcome: 'accepted',
    }
    expect(await h.twoFactor.login.begin({ userId: 'ada', ...flags })).toMatchObject({
      next: 'challenge',
    })
  })

  it('V12: a challenge is bound to its user, realm and epoch; nobody else’s code answers it', async () => {
    const h = house()
    const ada = await enroll(h.twoFactor, 'ada', h.clock)
    const eve = await enroll(h.twoFactor, 'eve', h.clock)
    const asked = await challenge(h.twoFactor, 'ada')
    expect(
      await h.twoFactor.login.verify({ challenge: asked, code: nextCode(h.clock, eve.phone) }),
    ).toMatchObject({ reason: 'wrong_code' })
    const { grant } = acceptedOf(
      await h.twoFactor.login.verify({ challenge: asked, code: ada.phone.code(h.clock()) }),
    )
    expect(grant.userId).toBe('ada')
    // The user inside a token cannot be exchanged.
    const body = (token: string) => token.split('.')
    const [head, mine, mac] = body(await challenge(h.twoFactor, 'eve'))
    const forged = Buffer.from(mine!.slice(1), 'base64url').toString().replace('"eve"', '"ada"')
    expect(
      await h.twoFactor.login.verify({
        challenge: `${head!}.0${Buffer.from(forged).toString('base64url')}.${mac!}`,
        code: ada.backupCodes[0]!,
      }),
    ).toEqual(expired)
  })

  it('V12: a token under a key that was leaked and kept for records only is expired, and its records open', async () => {
    const [leaked, fresh] = [
      'bGVha2VkbGVha2VkbGVha2VkbGVha2VkbGVha2VkbGU',
      'ZnJlc2hmcmVzaGZyZXNoZnJlc2hmcmVzaGZyZXNoZnI',
    ]
    const before = house({ keyring: createKeyring({ current: { id: 'old', key: leaked } }) })
    const { backupCodes } = await enroll(before.twoFactor, 'ada', before.clock)
    const asked = await challenge(before.twoFactor, 'ada')
    const keyring = createKeyring({
      current: { id: 'new', key: fresh },
      previous: [{ id: 'old', key: leaked, recordsOnly: true }],
    })
    const after = house({ keyring, store: before.store, now: before.clock })
    expect(await after.twoFactor.login.verify({ challenge: asked, code: backupCodes[0]! })).toEqual(
      expired,
    )
    expect(await login(after.twoFactor, 'ada', backupCodes[0]!)).toMatchObject({
      outcome: 'accepted',
    })
  })

  it('V13: a session opens with a grant, and every way to one goes through the record: nothing else is a grant', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const { grant } = acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, phone), {}))
    const openSession = (given: unknown): string => {
      if (!LoginGrant.isGrant(given)) throw new Error('no grant')
      return given.userId
    }
    expect(openSession(grant)).toBe('ada')
    const lookAlikes: unknown[] = [
      null,
      true,
      'ada',
      grant.toJSON(),
      JSON.parse(JSON.stringify(grant)),
      Object.create(grant),
      Object.create(LoginGrant.prototype),
      { userId: 'ada', assurance: 'mfa' },
    ]
    for (const given of lookAlikes) expect(() => openSession(given)).toThrow('no grant')
    expect(() => Object.assign({}, grant)).toThrow(expect.objectContaining({ code: 'ERR_GRANT' }))
    expect(StepUpGrant.isGrant(grant)).toBe(false)
  })

  it('V13: whichever way the first factor was proven, the second is asked for', async () => {
    const h = house()
    await enroll(h.twoFactor, 'ada', h.clock)
    for (const amr of [['pwd'], ['fed'], ['hwk'], ['mfa'], ['otp', 'mfa'], []]) {
      expect(await h.twoFactor.login.begin({ userId: 'ada', amr })).toMatchObject({
        next: 'challenge',
      })
    }
  })

  it('V24: nothing of a user’s second factor is asked or told before the first: hints are ends of numbers, strangers look alike', async () => {
    const h = house()
    await h.twoFactor.recovery.passwordChanged({ userId: 'known' })
    const [stranger, known] = [
      await h.twoFactor.login.begin({ userId: 'stranger' }),
      await h.twoFactor.login.begin({ userId: 'known' }),
    ]
    expect(Object.keys(stranger)).toEqual(Object.keys(known))
    // The stamp stays in the portal's session: it tells of a record, and no page is made of it.
    const told = (decision: object): string =>
      JSON.stringify(decision)
        .replace(/stranger|known/g, 'somebody')
        .replace(/"securityStamp":"[^"]+"/, '')
    expect(told(stranger)).toBe(told(known))
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const asked = await challenge(h.twoFactor, 'ada')
    for (let n = 0; n < 6; n++) await login(h.twoFactor, 'ada', '0000-0000-0000-0000')
    // Locked or not, who has no challenge learns nothing.
    for (const forged of ['', 'ksc_x.y.z', `${asked}x`]) {
      expect(
        await h.twoFactor.login.verify({ challenge: forged, code: phone.code(h.clock()) }),
      ).toEqual(expired)
      expect(
        await h.twoFactor.stepUp.verify({
          challenge: forged,
          code: phone.code(h.clock()),
          sessionId: SESSION,
        }),
      ).toEqual(expired)
    }
  })
})
