import { describe, expect, it } from 'vitest'
import { MANAGE_FACTORS, type Requirement, type TwoFactorOptions } from 'keystep'
import { acceptedOf, enroll, house, login, nextCode, permit, phoneOf, SESSION } from './house.ts'
import { peek } from '../record/record.ts'
import { firstPermit } from './sms-house.ts'

const expired = { outcome: 'rejected', reason: 'expired' }

/** The stamp as the record holds it. */
const stamp = async (h: Parameters<typeof peek>[0]): Promise<string> =>
  (await peek(h, 'ada')).epoch.id

async function settled(options: Partial<TwoFactorOptions> = {}) {
  const h = house(options)
  const user = await enroll(h.twoFactor, 'ada', h.clock)
  const leave = async () => permit(h.twoFactor, 'ada', nextCode(h.clock, user.phone))
  return { ...h, ...user, leave }
}

describe('factors', () => {
  it('the OFF switch takes everything off in one write: factors, backup codes, devices', async () => {
    const h = await settled()
    const { device } = acceptedOf(
      await login(h.twoFactor, 'ada', nextCode(h.clock, h.phone), {
        rememberDevice: { label: 'Laptop' },
      }),
    )
    acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key: new Uint8Array(20).fill(1) }))
    const leave = await h.leave()
    h.store.reset()
    expect(
      await h.twoFactor.factors.removeAll({ permit: leave, sessionId: SESSION }),
    ).toMatchObject({ outcome: 'accepted', enrolled: false })
    expect(h.store).toMatchObject({ reads: 1, writes: 1 })
    expect(await peek(h, 'ada')).toMatchObject({
      factors: [],
      backupCodes: null,
      devices: [],
      support: null,
    })
    const decision = await h.twoFactor.login.begin({
      userId: 'ada',
      deviceToken: device!.token.reveal(),
    })
    expect(decision).toMatchObject({ next: 'proceed', because: 'not_enrolled' })
    expect(h.events.filter(({ type }) => type === 'factor.removed')).toHaveLength(2)
  })

  it('V16: switched off, whatever was begun before is over: no enrollment of anybody binds beside what the owner enrolls next', async () => {
    const h = await settled()
    const thief = 'session-of-a-thief'
    const stolen = await permit(h.twoFactor, 'ada', nextCode(h.clock, h.phone), thief)
    const begun = acceptedOf(
      await h.twoFactor.totp.enroll({ permit: stolen, sessionId: thief, account: 'ada' }),
    )
    const code = () => phoneOf(begun.keyUri).code(h.clock())
    const other = await permit(
      h.twoFactor,
      'ada',
      nextCode(h.clock, h.phone),
      SESSION,
      'dns.change',
    )
    expect(
      await h.twoFactor.factors.removeAll({ permit: await h.leave(), sessionId: SESSION }),
    ).toMatchObject({ outcome: 'accepted' })
    expect(
      await h.twoFactor.totp.confirm({
        enrollment: begun.enrollment,
        sessionId: thief,
        code: code(),
      }),
    ).toEqual(expired)
    await enroll(h.twoFactor, 'ada', h.clock)
    expect(
      await h.twoFactor.totp.confirm({
        enrollment: begun.enrollment,
        sessionId: thief,
        code: code(),
      }),
    ).toEqual(expired)
    expect(
      await h.twoFactor.totp.enroll({ permit: stolen, sessionId: thief, account: 'ada' }),
    ).toEqual(expired)
    expect(
      await h.twoFactor.stepUp.check({
        permit: other,
        userId: 'ada',
        sessionId: SESSION,
        purpose: 'dns.change',
      }),
    ).toEqual(expired)
    expect((await h.twoFactor.status({ userId: 'ada' })).factors).toHaveLength(1)
  })

  it('switched off and on again, the password that was proven before it is still fresh for the session that did it, and for no other', async () => {
    const h = await settled()
    const provenAt = h.clock()
    const { securityStamp } = acceptedOf(
      await h.twoFactor.factors.removeAll({ permit: await h.leave(), sessionId: SESSION }),
    )
    const begin = (stamp?: string) =>
      h.twoFactor.stepUp.begin({
        userId: 'ada',
        sessionId: SESSION,
        purpose: MANAGE_FACTORS,
        firstFactorAt: provenAt,
        securityStamp: stamp,
      })
    expect(await begin(securityStamp)).toMatchObject({ next: 'proceed' })
    for (const stamp of [undefined, h.grant.securityStamp, '0', ''])
      expect(await begin(stamp)).toEqual({ next: 'confirm_first_factor' })
  })

  it('an id that reads otherwise the second time removes what it named first', async () => {
    const h = await settled()
    acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key: new Uint8Array(20).fill(1) }))
    const ids = (await peek(h, 'ada')).factors.map(({ id }) => id)
    let reads = 0
    const input = {
      permit: await h.leave(),
      sessionId: SESSION,
      get factorId() {
        return ids[reads++ % 2]!
      },
    }
    expect(await h.twoFactor.factors.remove(input)).toEqual({
      outcome: 'accepted',
      enrolled: true,
      securityStamp: await stamp(h),
    })
    expect((await peek(h, 'ada')).factors.map(({ id }) => id)).toEqual([ids[1]])
  })

  it('removing one of two leaves the other and the backup codes, and ends devices; removing the last removes backup codes, too', async () => {
    const h = await settled()
    const { factorId: second } = acceptedOf(
      await h.twoFactor.totp.import({ userId: 'ada', key: new Uint8Array(20).fill(1) }),
    )
    acceptedOf(
      await login(h.twoFactor, 'ada', nextCode(h.clock, h.phone), {
        rememberDevice: { label: 'Laptop' },
      }),
    )
    expect(
      await h.twoFactor.factors.remove({
        permit: await h.leave(),
        sessionId: SESSION,
        factorId: second,
      }),
    ).toEqual({ outcome: 'accepted', enrolled: true, securityStamp: await stamp(h) })
    expect(await peek(h, 'ada')).toMatchObject({
      factors: [{ id: h.factorId }],
      devices: [],
      backupCodes: { codes: { length: 10 } },
    })
    expect(
      await h.twoFactor.factors.remove({
        permit: await h.leave(),
        sessionId: SESSION,
        factorId: h.factorId,
      }),
    ).toEqual({ outcome: 'accepted', enrolled: false, securityStamp: await stamp(h) })
    expect(await peek(h, 'ada')).toMatchObject({ factors: [], backupCodes: null, devices: [] })
  })

  it('ASVS 7.5.1: nothing is removed without a live permit to manage factors, of this user and session', async () => {
    const h = await settled()
    const bob = await enroll(h.twoFactor, 'bob', h.clock)
    const bobs = await permit(h.twoFactor, 'bob', nextCode(h.clock, bob.phone))
    const dns = await permit(h.twoFactor, 'ada', nextCode(h.clock, h.phone), SESSION, 'dns.change')
    const leave = await h.leave()
    expect(
      await h.twoFactor.factors.remove({ permit: bobs, sessionId: SESSION, factorId: h.factorId }),
    ).toEqual({ outcome: 'rejected', reason: 'not_found' })
    for (const input of [
      { permit: dns, sessionId: SESSION },
      { permit: leave, sessionId: 'session-2' },
      { permit: '', sessionId: SESSION },
    ]) {
      expect(await h.twoFactor.factors.removeAll(input)).toEqual(expired)
      expect(await h.twoFactor.factors.remove({ ...input, factorId: h.factorId })).toEqual(expired)
    }
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect(await h.twoFactor.factors.removeAll({ permit: leave, sessionId: SESSION })).toEqual(
      expired,
    )
    expect((await peek(h, 'ada')).factors).toHaveLength(1)
  })

  it('V14: a permit by the password alone removes nothing beside a live factor', async () => {
    const h = house()
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    const early = await firstPermit(h, 'ada')
    const { factorId } = await enroll(h.twoFactor, 'ada', h.clock)
    expect(await h.twoFactor.factors.removeAll({ permit: early, sessionId: SESSION })).toEqual(
      expired,
    )
    expect(
      await h.twoFactor.factors.remove({ permit: early, sessionId: SESSION, factorId }),
    ).toEqual(expired)
  })

  it('one permit makes one change', async () => {
    const h = await settled()
    acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key: new Uint8Array(20).fill(1) }))
    const leave = await h.leave()
    expect(
      await h.twoFactor.factors.remove({ permit: leave, sessionId: SESSION, factorId: 'none' }),
    ).toEqual({ outcome: 'rejected', reason: 'not_found' })
    const clicks = await Promise.all(
      [1, 2].map(() =>
        h.twoFactor.factors.remove({ permit: leave, sessionId: SESSION, factorId: h.factorId }),
      ),
    )
    expect(clicks.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'rejected'])
    expect(await h.twoFactor.factors.removeAll({ permit: leave, sessionId: SESSION })).toEqual(
      expired,
    )
  })

  it('renames an authenticator without a permit, cut to 64 characters, and nothing else', async () => {
    const h = await settled()
    expect(
      await h.twoFactor.factors.rename({
        userId: 'ada',
        factorId: h.factorId,
        label: `${'x'.repeat(63)}😀`,
      }),
    ).toEqual({ outcome: 'accepted' })
    expect((await h.twoFactor.status({ userId: 'ada' })).factors[0]!.label).toBe('x'.repeat(63))
    expect(
      await h.twoFactor.factors.rename({ userId: 'ada', factorId: 'none', label: 'x' }),
    ).toEqual({ outcome: 'rejected', reason: 'not_found' })
    expect(
      await h.twoFactor.factors.rename({ userId: 'bob', factorId: h.factorId, label: 'x' }),
    ).toEqual({ outcome: 'rejected', reason: 'not_found' })
  })

  it('a stolen session that renames again and again washes no history away', async () => {
    const h = await settled()
    for (let n = 0; n < 40; n++)
      acceptedOf(
        await h.twoFactor.factors.rename({
          userId: 'ada',
          factorId: h.factorId,
          label: `name ${n}`,
        }),
      )
    const { activity } = await h.twoFactor.status({ userId: 'ada' })
    expect(activity.map(({ type }) => type)).toEqual(['factor.renamed', 'factor.enrolled'])
    expect(activity[0]).toMatchObject({ count: 40, label: 'name 39' })
  })
})

describe('the requirement', () => {
  const from = new Date('2026-12-01T00:00:00Z')

  it.each<[Requirement, boolean]>([
    ['optional', true],
    ['required', false],
    [{ from }, true],
    [{ from: new Date('2026-11-01T00:00:00Z') }, false],
  ])('%j: the last factor can be removed: %s', async (requirement, removable) => {
    const h = await settled({ requirement: () => requirement })
    const leave = await h.leave()
    const removed = await h.twoFactor.factors.removeAll({ permit: leave, sessionId: SESSION })
    expect(removed).toEqual(
      removable
        ? { outcome: 'accepted', enrolled: false, securityStamp: await stamp(h) }
        : { outcome: 'rejected', reason: 'required' },
    )
    expect(
      await h.twoFactor.factors.remove({ permit: leave, sessionId: SESSION, factorId: h.factorId }),
    ).toMatchObject({ reason: removable ? 'expired' : 'required' })
  })

  it('one of two can be removed, required or not', async () => {
    const h = await settled({ requirement: () => 'required' })
    const { factorId } = acceptedOf(
      await h.twoFactor.totp.import({ userId: 'ada', key: new Uint8Array(20).fill(1) }),
    )
    expect(
      await h.twoFactor.factors.remove({ permit: await h.leave(), sessionId: SESSION, factorId }),
    ).toEqual({ outcome: 'accepted', enrolled: true, securityStamp: await stamp(h) })
  })

  it('a grace period lets in and tells by when to enroll; after it enrolling is the only way', async () => {
    const h = house({ requirement: () => Promise.resolve({ from }) })
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({
      next: 'proceed',
      because: 'not_enrolled',
      enrollBy: from,
    })
    expect(await h.twoFactor.status({ userId: 'ada' })).toMatchObject({
      required: false,
      enrollBy: from,
    })
    h.clock.set(from)
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({ next: 'enroll' })
    const after = await h.twoFactor.status({ userId: 'ada' })
    expect(after.required).toBe(true)
    expect(after).not.toHaveProperty('enrollBy')
  })

  const broken = [
    () => Promise.reject(new Error('policy down')),
    () => undefined,
    () => 'mandatory',
    () => ({ from: 'tomorrow' }),
    () => ({ from: new Date(NaN) }),
    () => null,
    () => true,
  ]
  it.each(broken)(
    'a policy that cannot be had throws and never reads as "nobody must" (%#)',
    async (requirement) => {
      const h = house({ requirement: requirement as () => Requirement })
      const fails = { code: 'ERR_REQUIREMENT' }
      await expect(h.twoFactor.login.begin({ userId: 'ada' })).rejects.toMatchObject(fails)
      await expect(h.twoFactor.status({ userId: 'ada' })).rejects.toMatchObject(fails)
      const enrolled = house({ store: h.store, keyring: h.keyring, now: h.clock })
      const { phone } = await enroll(enrolled.twoFactor, 'ada', h.clock)
      const leave = await permit(enrolled.twoFactor, 'ada', nextCode(h.clock, phone))
      await expect(
        h.twoFactor.factors.removeAll({ permit: leave, sessionId: SESSION }),
      ).rejects.toMatchObject(fails)
      // Who is enrolled is asked for a code, whatever the policy.
      expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({ next: 'challenge' })
    },
  )

  it('is asked for the user at hand', async () => {
    const asked: string[] = []
    const h = house({
      requirement: (userId) => (asked.push(userId), userId === 'root' ? 'required' : 'optional'),
    })
    expect(await h.twoFactor.login.begin({ userId: 'root' })).toMatchObject({ next: 'enroll' })
    expect(await h.twoFactor.login.begin({ userId: 'sub' })).toMatchObject({ next: 'proceed' })
    expect(asked).toEqual(['root', 'sub'])
  })

  it('locked or exhausted, a factor counts as enrolled', async () => {
    const h = await settled({ requirement: () => 'required', limits: { hardStop: 1 } })
    expect(
      await login(h.twoFactor, 'ada', '000000' === h.phone.code(h.clock()) ? '000001' : '000000'),
    ).toMatchObject({ reason: 'wrong_code' })
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({ next: 'challenge' })
  })
})
