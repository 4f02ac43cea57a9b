import { createKeyring } from 'keystep'
import { memoryStore } from 'keystep/stores/memory'
import type { RecordStore } from 'keystep/stores'
import { describe, expect, it } from 'vitest'
import {
  acceptedOf,
  challenge,
  enroll,
  house,
  login,
  nextCode,
  permit,
  phoneOf,
  SESSION,
  wrongCode,
} from '../flow/house.ts'
import { peek } from './record.ts'
import { firstPermit } from '../flow/sms-house.ts'
import { stormyStore, type Weather } from './stores.ts'

const failed = { code: 'ERR_STORE' }

async function settled() {
  const stormy = stormyStore(memoryStore())
  const h = house({ store: stormy })
  const user = await enroll(h.twoFactor, 'ada', h.clock)
  h.clock.advance({ seconds: 30 })
  const during = async <T>(weather: Partial<Weather>, call: () => Promise<T>): Promise<T> => {
    Object.assign(stormy.weather, weather)
    try {
      return await call()
    } finally {
      Object.assign(stormy.weather, { read: 'fine', write: 'fine' })
    }
  }
  return { ...h, ...user, during }
}

describe('V27: an outage looks like neither a wrong code nor an accepted one', () => {
  it('a read that fails throws, with the engine’s error as its cause', async () => {
    const h = await settled()
    const asked = await challenge(h.twoFactor, 'ada')
    const failure = await h.during({ read: 'before' }, () =>
      h.twoFactor.login
        .verify({ challenge: asked, code: h.phone.code(h.clock()) })
        .catch((error: unknown) => error),
    )
    expect(failure).toMatchObject({ ...failed, cause: new Error('read failed') })
    await expect(
      h.during({ read: 'before' }, () => h.twoFactor.login.begin({ userId: 'ada' })),
    ).rejects.toMatchObject(failed)
    await expect(
      h.during({ read: 'before' }, () => h.twoFactor.login.begin({ userId: 'nobody' })),
    ).rejects.toMatchObject(failed)
    expect(
      await h.twoFactor.login.verify({ challenge: asked, code: h.phone.code(h.clock()) }),
    ).toMatchObject({ outcome: 'accepted' })
  })

  it('a write that fails discloses no verdict, of right codes and wrong ones alike, and tells no event', async () => {
    const h = await settled()
    const asked = await challenge(h.twoFactor, 'ada')
    h.events.length = 0
    for (const code of [
      h.phone.code(h.clock()),
      wrongCode(h.phone, h.clock()),
      h.backupCodes[0]!,
    ]) {
      await expect(
        h.during({ write: 'before' }, () => h.twoFactor.login.verify({ challenge: asked, code })),
      ).rejects.toMatchObject(failed)
    }
    expect(h.events).toEqual([])
    expect((await peek(h, 'ada')).attempts.failures).toBe(0)
    expect(
      await h.twoFactor.login.verify({ challenge: asked, code: h.phone.code(h.clock()) }),
    ).toMatchObject({ outcome: 'accepted' })
  })

  it('a lost acknowledgement never accepts twice', async () => {
    const h = await settled()
    const asked = await challenge(h.twoFactor, 'ada')
    const code = h.phone.code(h.clock())
    await expect(
      h.during({ write: 'after' }, () => h.twoFactor.login.verify({ challenge: asked, code })),
    ).rejects.toMatchObject(failed)
    expect(await h.twoFactor.login.verify({ challenge: asked, code })).toEqual({
      outcome: 'rejected',
      reason: 'expired',
    })
    expect(await login(h.twoFactor, 'ada', code)).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
    await expect(
      h.during({ write: 'after' }, () => login(h.twoFactor, 'ada', h.backupCodes[0]!)),
    ).rejects.toMatchObject(failed)
    expect(await login(h.twoFactor, 'ada', h.backupCodes[0]!)).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
  })

  it('V3: a lost acknowledgement of a wrong code gives no attempt back', async () => {
    const h = await settled()
    const wrong = wrongCode(h.phone, h.clock())
    for (let n = 0; n < 5; n++)
      await expect(
        h.during({ write: 'after' }, () => login(h.twoFactor, 'ada', wrong)),
      ).rejects.toMatchObject(failed)
    expect(await login(h.twoFactor, 'ada', h.phone.code(h.clock()))).toMatchObject({
      reason: 'locked',
    })
  })

  it('a lost acknowledgement of a confirmation leaves one factor; trying again binds no second', async () => {
    const h = await settled()
    const begun = acceptedOf(
      await h.twoFactor.totp.enroll({
        permit: await firstPermit(h, 'bob'),
        sessionId: SESSION,
        account: 'bob',
      }),
    )
    const input = {
      enrollment: begun.enrollment,
      sessionId: SESSION,
      code: phoneOf(begun.keyUri).code(h.clock()),
    }
    await expect(
      h.during({ write: 'after' }, () => h.twoFactor.totp.confirm(input)),
    ).rejects.toMatchObject(failed)
    expect(await h.twoFactor.totp.confirm(input)).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
    expect((await peek(h, 'bob')).factors).toHaveLength(1)
  })

  it('a permit whose change may have been made is spent', async () => {
    const h = await settled()
    const leave = await permit(h.twoFactor, 'ada', h.phone.code(h.clock()))
    await expect(
      h.during({ write: 'after' }, () =>
        h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION }),
      ),
    ).rejects.toMatchObject(failed)
    expect(await h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION })).toEqual(
      { outcome: 'rejected', reason: 'expired' },
    )
  })

  it('a record that changes under every try is ERR_CONTENTION, not a verdict', async () => {
    const h = await settled()
    const store: RecordStore = { ...h.store, put: () => Promise.resolve(null) }
    const { twoFactor } = house({ keyring: h.keyring, store, now: h.clock })
    await expect(login(twoFactor, 'ada', h.phone.code(h.clock()))).rejects.toMatchObject({
      code: 'ERR_CONTENTION',
    })
    await expect(login(twoFactor, 'ada', wrongCode(h.phone, h.clock()))).rejects.toMatchObject({
      code: 'ERR_CONTENTION',
    })
  })

  it.each([undefined, true, false, 0, 1, {}])(
    'a store that answers put with %j has not written',
    async (answer) => {
      const h = await settled()
      const store = { ...h.store, put: () => Promise.resolve(answer) } as unknown as RecordStore
      const { twoFactor } = house({ keyring: h.keyring, store, now: h.clock })
      await expect(login(twoFactor, 'ada', h.phone.code(h.clock()))).rejects.toMatchObject(failed)
    },
  )

  it.each([undefined, false, 0, '', {}, [], { value: 'x' }, { value: 1, version: '1' }])(
    'a store that answers get with %j does not say "no second factor"',
    async (answer) => {
      const store = {
        ...memoryStore(),
        get: () => Promise.resolve(answer),
      } as unknown as RecordStore
      const { twoFactor } = house({ store })
      await expect(twoFactor.login.begin({ userId: 'ada' })).rejects.toMatchObject(failed)
    },
  )

  it('a keyring that cannot be had, a foreign key, a row of another user or a cut one: an error with its own code', async () => {
    const h = await settled()
    await enroll(h.twoFactor, 'bob', h.clock)
    const [ada, bob] = (await h.store.keys()) as [string, string]
    const begin = (options: Parameters<typeof house>[0]) =>
      house({ store: h.store, now: h.clock, ...options }).twoFactor.login.begin({ userId: 'ada' })
    await expect(begin({})).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_(UNKNOWN_KEY|RECORD_SEAL)$/),
    })
    const down = createKeyring({
      current: { id: h.keyring.currentId, key: () => Promise.reject(new Error('kms down')) },
    })
    await expect(begin({ keyring: down })).rejects.toMatchObject({ code: 'ERR_KEYRING' })
    const rows = await Promise.all([ada, bob].map(async (key) => (await h.store.get(key))!))
    const moved = { ...memoryStore(), get: () => Promise.resolve(rows[1]!) }
    await expect(begin({ keyring: h.keyring, store: moved })).rejects.toMatchObject({
      code: 'ERR_RECORD_SEAL',
    })
    const cut = {
      ...memoryStore(),
      get: () => Promise.resolve({ ...rows[0]!, value: rows[0]!.value.slice(0, 255) }),
    }
    await expect(begin({ keyring: h.keyring, store: cut })).rejects.toMatchObject({
      code: 'ERR_RECORD_SHAPE',
    })
  })

  it('the next code works once the storm is over', async () => {
    const h = await settled()
    await expect(
      h.during({ read: 'before', write: 'before' }, () =>
        login(h.twoFactor, 'ada', h.phone.code(h.clock())),
      ),
    ).rejects.toMatchObject(failed)
    expect(await login(h.twoFactor, 'ada', nextCode(h.clock, h.phone))).toMatchObject({
      outcome: 'accepted',
      failuresBefore: 0,
    })
  })
})
