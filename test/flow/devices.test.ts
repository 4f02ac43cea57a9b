import { describe, expect, it } from 'vitest'
import { memoryStore } from 'keystep/stores/memory'
import type { TwoFactorOptions } from 'keystep'
import { acceptedOf, enroll, house, login, nextCode, permit, SESSION } from './house.ts'
import { peek, tamper } from '../record/record.ts'
import { stormyStore } from '../record/stores.ts'

async function settled(options: Partial<TwoFactorOptions> = {}) {
  const h = house(options)
  const user = await enroll(h.twoFactor, 'ada', h.clock)
  const remember = async (label = 'Laptop') => {
    const { device } = acceptedOf(
      await login(h.twoFactor, 'ada', nextCode(h.clock, user.phone), { rememberDevice: { label } }),
    )
    return { token: device!.token.reveal(), expiresAt: device!.expiresAt }
  }
  const begin = async (deviceToken: string, userId = 'ada') =>
    (await h.twoFactor.login.begin({ userId, deviceToken })).next
  return { ...h, ...user, remember, begin }
}

describe('remembered devices', () => {
  it('63B-4 5.1: one proceeds with assurance `remembered`, which is not mfa and never satisfies a step-up', async () => {
    const h = await settled()
    const { token } = await h.remember()
    const decision = await h.twoFactor.login.begin({ userId: 'ada', deviceToken: token })
    if (decision.next !== 'proceed') throw new Error(decision.next)
    expect(decision.because).toBe('remembered_device')
    expect(decision.grant.toJSON()).toMatchObject({ assurance: 'remembered', amr: ['pwd'] })
    const { assurance, verifiedAt } = decision.grant
    const step = await h.twoFactor.stepUp.begin({
      userId: 'ada',
      sessionId: SESSION,
      purpose: 'dns.change',
      firstFactorAt: h.clock(),
      lastVerified: { assurance, verifiedAt },
    })
    expect(step).toMatchObject({ next: 'challenge' })
  })

  it('V18: it ends after 30 days, however often it is seen', async () => {
    const h = await settled()
    const { token, expiresAt } = await h.remember()
    expect(expiresAt.getTime() - h.clock().getTime()).toBe(30 * 86_400_000)
    for (let day = 0; day < 29; day++) {
      h.clock.advance({ days: 1 })
      expect(await h.begin(token)).toBe('proceed')
    }
    h.clock.set(new Date(expiresAt.getTime() - 1))
    expect(await h.begin(token)).toBe('proceed')
    h.clock.set(expiresAt)
    expect(await h.begin(token)).toBe('challenge')
    expect((await h.twoFactor.status({ userId: 'ada' })).devices).toEqual([])
    // The next one takes its place without a word: it was not revoked, it ended.
    await h.remember('Tablet')
    expect((await peek(h, 'ada')).devices).toMatchObject([{ label: 'Tablet' }])
    expect(h.events.some(({ type }) => type === 'device.revoked')).toBe(false)
  })

  it.each([
    ['a ticked box', 'on'],
    ['true', true],
    ['a number', 1],
    ['an object without a label', {}],
    ['a list', ['Laptop']],
    ['null', null],
  ])('%s is no device with a label: nothing is remembered', async (_, given) => {
    const h = await settled()
    const { device } = acceptedOf(
      await login(h.twoFactor, 'ada', nextCode(h.clock, h.phone), {
        rememberDevice: given as never,
      }),
    )
    expect([device, (await peek(h, 'ada')).devices]).toEqual([undefined, []])
  })

  it('an 11th ends the oldest', async () => {
    const h = await settled()
    const tokens: string[] = []
    for (let n = 0; n < 11; n++) tokens.push((await h.remember(`Device ${n}`)).token)
    expect(await h.begin(tokens[0]!)).toBe('challenge')
    expect(await Promise.all(tokens.slice(1).map((token) => h.begin(token)))).toEqual(
      Array.from({ length: 10 }, () => 'proceed'),
    )
    expect(h.events.filter(({ type }) => type === 'device.revoked')).toMatchObject([
      { label: 'Device 0' },
    ])
  })

  it('is listed with label, created and last seen, and revoked one or all', async () => {
    const h = await settled()
    const [one, two, three] = [
      await h.remember('Laptop'),
      await h.remember('x'.repeat(80)),
      await h.remember('Phone'),
    ]
    const { devices } = await h.twoFactor.status({ userId: 'ada' })
    expect(devices.map(({ label }) => label)).toEqual(['Laptop', 'x'.repeat(64), 'Phone'])
    expect(devices[2]).toEqual({
      deviceId: devices[2]!.deviceId,
      label: 'Phone',
      createdAt: h.clock(),
      lastSeenAt: h.clock(),
      expiresAt: three.expiresAt,
    })
    const first = { userId: 'ada', deviceId: devices[0]!.deviceId }
    expect(await h.twoFactor.devices.revoke({ ...first, userId: 'bob' })).toEqual({
      outcome: 'rejected',
      reason: 'not_found',
    })
    expect(await h.twoFactor.devices.revoke(first)).toEqual({ outcome: 'accepted' })
    expect(await h.twoFactor.devices.revoke(first)).toEqual({
      outcome: 'rejected',
      reason: 'not_found',
    })
    expect([await h.begin(one.token), await h.begin(two.token)]).toEqual(['challenge', 'proceed'])
    expect(await h.twoFactor.devices.revokeAll({ userId: 'ada' })).toEqual({
      outcome: 'accepted',
      revoked: 2,
    })
    expect([await h.begin(two.token), await h.begin(three.token)]).toEqual([
      'challenge',
      'challenge',
    ])
    expect(await h.twoFactor.devices.revokeAll({ userId: 'ada' })).toEqual({
      outcome: 'accepted',
      revoked: 0,
    })
  })

  it('V18: the token of another user, realm or epoch, a changed or a revoked one is simply ignored', async () => {
    const h = await settled()
    await enroll(h.twoFactor, 'bob', h.clock)
    const { token } = await h.remember()
    expect(await h.begin(token, 'bob')).toBe('challenge')
    const abroad = house({ store: h.store, keyring: h.keyring, now: h.clock, realm: 'abroad' })
    await enroll(abroad.twoFactor, 'ada', h.clock)
    expect((await abroad.twoFactor.login.begin({ userId: 'ada', deviceToken: token })).next).toBe(
      'challenge',
    )
    // A stolen row: bob's device list with ada's device in it opens nothing either.
    const [ada] = (await peek(h, 'ada')).devices
    await tamper(h, 'bob', (subject) => ({ ...subject, devices: [ada!] }))
    expect(await h.begin(token, 'bob')).toBe('challenge')
    for (const other of [
      token.slice(0, -1),
      `${token}A`,
      token.replace('.', '..'),
      token.replace('ksd_', ''),
      '',
      'ksd_',
      'ksd_.',
      'x'.repeat(1_000_000),
    ]) {
      expect(await h.begin(other)).toBe('challenge')
    }
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect(await h.begin(token)).toBe('challenge')
  })

  it('is ended by password change, reset, and removal of the last factor', async () => {
    const h = await settled()
    const byPassword = await h.remember()
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect((await h.twoFactor.status({ userId: 'ada' })).devices).toEqual([])
    const byRemoval = await h.remember()
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, h.phone))
    acceptedOf(await h.twoFactor.factors.removeAll({ permit: leave, sessionId: SESSION }))
    await enroll(h.twoFactor, 'ada', h.clock)
    expect([await h.begin(byPassword.token), await h.begin(byRemoval.token)]).toEqual([
      'challenge',
      'challenge',
    ])
  })

  it('is seen at most once a day, at the cost of one write', async () => {
    const h = await settled()
    const { token } = await h.remember()
    const seen = h.clock()
    h.clock.advance({ hours: 23 })
    h.store.reset()
    expect(await h.begin(token)).toBe('proceed')
    expect(h.store).toMatchObject({ reads: 1, writes: 0 })
    expect((await h.twoFactor.status({ userId: 'ada' })).devices[0]!.lastSeenAt).toEqual(seen)
    h.clock.advance({ hours: 1 })
    h.store.reset()
    expect([await h.begin(token), await h.begin(token)]).toEqual(['proceed', 'proceed'])
    expect(h.store).toMatchObject({ reads: 2, writes: 1 })
    expect((await h.twoFactor.status({ userId: 'ada' })).devices[0]!.lastSeenAt).toEqual(h.clock())
  })

  it.each(['before', 'after'] as const)(
    'a store that fails %s that write never fails the login',
    async (write) => {
      const store = stormyStore(memoryStore())
      const h = await settled({ store })
      const { token } = await h.remember()
      h.clock.advance({ days: 1 })
      store.weather.write = write
      expect(await h.begin(token)).toBe('proceed')
    },
  )

  it('a swap that is lost there costs nobody anything', async () => {
    const h = await settled()
    const { token } = await h.remember()
    h.clock.advance({ days: 1 })
    expect(await Promise.all(Array.from({ length: 20 }, () => h.begin(token)))).toEqual(
      Array.from({ length: 20 }, () => 'proceed'),
    )
  })

  it('only a code that was accepted remembers a device', async () => {
    const h = await settled()
    const wrong = await login(h.twoFactor, 'ada', '0000-0000-0000-0000', {
      rememberDevice: { label: 'Laptop' },
    })
    expect(wrong).toEqual({ outcome: 'rejected', reason: 'wrong_code' })
    acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, h.phone)))
    expect((await h.twoFactor.status({ userId: 'ada' })).devices).toEqual([])
  })

  it('days and number are the portal’s, within bounds', async () => {
    const h = await settled({ devices: { days: 1, max: 1 } })
    const [one, two] = [await h.remember(), await h.remember()]
    expect(two.expiresAt.getTime() - h.clock().getTime()).toBe(86_400_000)
    expect([await h.begin(one.token), await h.begin(two.token)]).toEqual(['challenge', 'proceed'])
  })

  it('the token stands nowhere in the record', async () => {
    const h = await settled()
    const { token } = await h.remember()
    const text = JSON.stringify(await peek(h, 'ada'))
    expect(text).not.toContain(token)
    expect(text).not.toContain(token.split('.')[1])
  })
})
