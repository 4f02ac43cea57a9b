import { createKeyring, generateKeyringKey } from 'keystep'
import { memoryStore } from 'keystep/stores/memory'
import { describe, expect, it } from 'vitest'
import { acceptedOf, challenge, enroll, house, login, nextCode, wrongCode } from './house.ts'
import { peek, rowOf } from '../record/record.ts'

const staff = { actor: 'ops/3', reason: 'renamed' }
const [ada, bea] = [{ userId: 'ada' }, { userId: 'bea' }]

describe('move', () => {
  it('renames: factors, codes, locks, replay floor, stamp and history stay; devices and tokens of the old id end', async () => {
    const h = house()
    const { phone, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    const code = nextCode(h.clock, phone)
    const { device } = acceptedOf(
      await login(h.twoFactor, 'ada', code, { rememberDevice: { label: 'Laptop' } }),
    )
    await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
    const asked = await challenge(h.twoFactor, 'ada')
    const before = await peek(h, 'ada')
    expect(await h.twoFactor.maintenance.move({ from: ada, to: bea, ...staff })).toEqual({
      outcome: 'accepted',
    })
    const after = await peek(h, 'bea')
    expect({ ...after, devices: before.devices, activity: before.activity }).toEqual(before)
    expect(await h.store.get(rowOf('default', 'ada'))).toBeNull()
    expect(h.events.at(-1)).toMatchObject({ type: 'moved', userId: 'bea', from: 'ada', ...staff })
    expect((await h.twoFactor.status({ userId: 'bea' })).activity[0]).toMatchObject({
      type: 'moved',
      from: 'ada',
      ...staff,
    })
    expect(await h.twoFactor.login.verify({ challenge: asked, code: backupCodes[0]! })).toEqual({
      outcome: 'rejected',
      reason: 'expired',
    })
    expect(
      (await h.twoFactor.login.begin({ userId: 'bea', deviceToken: device!.token.reveal() })).next,
    ).toBe('challenge')
    expect(await login(h.twoFactor, 'bea', code)).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
    expect(acceptedOf(await login(h.twoFactor, 'bea', backupCodes[0]!))).toMatchObject({
      failuresBefore: 1,
      backupCodesLeft: 9,
    })
  })

  it('changes the store and keeps everything, devices and challenges included', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const { device } = acceptedOf(
      await login(h.twoFactor, 'ada', nextCode(h.clock, phone), {
        rememberDevice: { label: 'Laptop' },
      }),
    )
    const asked = await challenge(h.twoFactor, 'ada')
    const there = house({ keyring: h.keyring, now: h.clock, store: memoryStore() })
    expect(
      await h.twoFactor.maintenance.move({
        from: ada,
        to: { userId: 'ada', store: there.store },
        ...staff,
      }),
    ).toEqual({ outcome: 'accepted' })
    expect(await h.store.keys()).toEqual([])
    expect(
      (await there.twoFactor.login.begin({ userId: 'ada', deviceToken: device!.token.reveal() }))
        .next,
    ).toBe('proceed')
    acceptedOf(
      await there.twoFactor.login.verify({ challenge: asked, code: nextCode(h.clock, phone) }),
    )
  })

  it('takes no place that has a record of its own, but the one that erase left: so two users are merged', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const other = await enroll(h.twoFactor, 'bea', h.clock)
    expect(await h.twoFactor.maintenance.move({ from: ada, to: bea, ...staff })).toEqual({
      outcome: 'rejected',
      reason: 'occupied',
    })
    expect((await h.twoFactor.login.begin({ userId: 'ada' })).next).toBe('challenge')
    await h.twoFactor.maintenance.erase({ userId: 'bea', ...staff })
    acceptedOf(await h.twoFactor.maintenance.move({ from: ada, to: bea, ...staff }))
    expect(await login(h.twoFactor, 'bea', nextCode(h.clock, other.phone))).toMatchObject({
      reason: 'wrong_code',
    })
    acceptedOf(await login(h.twoFactor, 'bea', phone.code(h.clock())))
  })

  it('knows what is not there, and what was moved before', async () => {
    const h = house()
    const order = { from: ada, to: bea, ...staff }
    expect(await h.twoFactor.maintenance.move(order)).toEqual({
      outcome: 'rejected',
      reason: 'not_found',
    })
    await enroll(h.twoFactor, 'ada', h.clock)
    acceptedOf(await h.twoFactor.maintenance.move(order))
    expect(await h.twoFactor.maintenance.move(order)).toEqual({ outcome: 'accepted' })
    expect(h.events.filter(({ type }) => type === 'moved')).toHaveLength(1)
  })

  it('ten at once are one', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const moved = await Promise.all(
      Array.from({ length: 10 }, () =>
        h.twoFactor.maintenance.move({ from: ada, to: bea, ...staff }),
      ),
    )
    expect(new Set(moved.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']))
    expect(h.events.filter(({ type }) => type === 'moved')).toHaveLength(1)
    acceptedOf(await login(h.twoFactor, 'bea', nextCode(h.clock, phone)))
  })

  it.each([
    [{ actor: '' }, 'ERR_OPTION'],
    [{ to: ada }, 'ERR_OPTION'],
    [{ to: { userId: '' } }, 'ERR_USER_ID'],
    [{ from: null }, 'ERR_OPTION'],
  ])('refuses %j', async (change, code) => {
    const h = house()
    await enroll(h.twoFactor, 'ada', h.clock)
    await expect(
      h.twoFactor.maintenance.move({ from: ada, to: bea, ...staff, ...(change as object) }),
    ).rejects.toMatchObject({ code })
  })

  it('what was begun is told apart: not openable in between, resealed by a rotation, and goes to no other place', async () => {
    const [key, next] = [generateKeyringKey(), `n:${generateKeyringKey().split(':')[1]!}`]
    const h = house({ keyring: createKeyring(key) })
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const inner = memoryStore()
    const broken = { ...inner, put: () => Promise.reject(new Error('down')) }
    await expect(
      h.twoFactor.maintenance.move({ from: ada, to: { userId: 'bea', store: broken }, ...staff }),
    ).rejects.toMatchObject({ code: 'ERR_STORE' })
    for (const call of [
      h.twoFactor.login.begin(ada),
      h.twoFactor.status(ada),
      h.twoFactor.recovery.reset({ ...ada, ...staff }),
      h.twoFactor.recovery.reset({ ...ada, unreadable: true, ...staff }),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'ERR_RECORD_MOVED' })
    }
    const later = house({ keyring: createKeyring(`${next},${key}`), store: h.store, now: h.clock })
    expect(await later.twoFactor.maintenance.reseal()).toEqual({
      records: 1,
      resealed: 1,
      unreadable: 0,
    })
    expect(await later.twoFactor.maintenance.summarize()).toMatchObject({
      moving: 1,
      unreadable: 0,
      byKey: { n: 1 },
    })
    expect((await later.twoFactor.maintenance.users()).users).toEqual([
      { userId: 'ada', state: 'moving', keyId: 'n' },
    ])
    await expect(
      later.twoFactor.maintenance.move({ from: ada, to: bea, ...staff }),
    ).rejects.toMatchObject({ code: 'ERR_OPTION' })
    acceptedOf(
      await later.twoFactor.maintenance.move({
        from: ada,
        to: { userId: 'bea', store: inner },
        ...staff,
      }),
    )
    const there = house({ keyring: createKeyring(next), store: inner, now: h.clock })
    acceptedOf(await login(there.twoFactor, 'bea', nextCode(h.clock, phone)))
  })
})
