import { createKeyring, generateKeyringKey, type Summary } from 'keystep'
import { memoryStore } from 'keystep/stores/memory'
import { describe, expect, it } from 'vitest'
import { acceptedOf, challenge, enroll, house, login, nextCode, wrongCode } from './house.ts'
import { smsHouse } from './sms-house.ts'

const [oldKey, newKey] = [
  `old:${generateKeyringKey().split(':')[1]!}`,
  `new:${generateKeyringKey().split(':')[1]!}`,
]
const both = createKeyring(`${newKey},${oldKey}`)

async function imported(h: ReturnType<typeof house>, count: number) {
  for (let n = 0; n < count; n++) {
    acceptedOf(
      await h.twoFactor.totp.import({
        userId: `user-${String(n).padStart(4, '0')}`,
        key: new Uint8Array(20).fill(n % 256),
      }),
    )
  }
}

describe('reseal', () => {
  it('seals every record of the realm under the current key, page by page; then the old key may go', async () => {
    const before = house({ keyring: createKeyring(oldKey) })
    await imported(before, 1003)
    const { store, clock } = before
    const stranger = house({ keyring: createKeyring(oldKey), store, realm: 'other' })
    await imported(stranger, 2)
    const after = house({ keyring: both, store, now: clock })
    expect((await after.twoFactor.maintenance.summarize()).byKey).toEqual({ old: 1003 })
    const progress: number[] = []
    const report = await after.twoFactor.maintenance.reseal({
      onProgress: ({ records }) => void progress.push(records),
    })
    expect(report).toEqual({ records: 1003, resealed: 1003, unreadable: 0 })
    expect(progress).toEqual([500, 1000, 1003])
    const gone = house({ keyring: createKeyring(newKey), store, now: clock })
    expect((await gone.twoFactor.maintenance.summarize()).byKey).toEqual({ new: 1003 })
    expect(await gone.twoFactor.login.begin({ userId: 'user-0007' })).toMatchObject({
      next: 'challenge',
    })
    expect(await after.twoFactor.maintenance.reseal()).toEqual({
      records: 1003,
      resealed: 0,
      unreadable: 0,
    })
  })

  it('goes on where it was interrupted', async () => {
    const before = house({ keyring: createKeyring(oldKey) })
    await imported(before, 620)
    const after = house({ keyring: both, store: before.store, now: before.clock })
    let last = ''
    const stop = {
      onProgress: (progress: { last: string }) => {
        last = progress.last
        throw new Error('interrupted')
      },
    }
    await expect(after.twoFactor.maintenance.reseal(stop)).rejects.toThrow('interrupted')
    expect(await after.twoFactor.maintenance.reseal({ after: last })).toEqual({
      records: 120,
      resealed: 120,
      unreadable: 0,
    })
    expect((await after.twoFactor.maintenance.summarize()).byKey).toEqual({ new: 620 })
  })

  it('V3: gives no attempt back and no code, beside live logins', async () => {
    const before = house({ keyring: createKeyring(oldKey) })
    const { phone } = await enroll(before.twoFactor, 'ada', before.clock)
    const after = house({ keyring: both, store: before.store, now: before.clock })
    const challenges = await Promise.all(
      Array.from({ length: 4 }, () => challenge(after.twoFactor, 'ada')),
    )
    const wrong = wrongCode(phone, before.clock())
    await Promise.all([
      after.twoFactor.maintenance.reseal(),
      ...challenges.map((asked) => after.twoFactor.login.verify({ challenge: asked, code: wrong })),
    ])
    expect(await login(after.twoFactor, 'ada', nextCode(before.clock, phone))).toMatchObject({
      outcome: 'accepted',
      failuresBefore: 4,
    })
    expect((await after.twoFactor.maintenance.summarize()).byKey).toEqual({ new: 1 })
  })

  it('leaves what it cannot open as it is, and counts it', async () => {
    const h = house()
    await imported(h, 2)
    const [key] = await h.store.keys()
    const { version } = (await h.store.get(key!))!
    await h.store.put(key!, 'ks1.gone.AAAA.', { expected: version })
    expect(await h.twoFactor.maintenance.reseal()).toEqual({
      records: 2,
      resealed: 0,
      unreadable: 1,
    })
    expect(await h.twoFactor.maintenance.summarize()).toMatchObject({
      records: 2,
      enrolled: 1,
      unreadable: 1,
    })
    expect((await h.store.get(key!))!.value).toBe('ks1.gone.AAAA.')
  })

  it('does not take a key function that fails for unreadable records', async () => {
    const h = house()
    await imported(h, 1)
    const keyring = createKeyring({
      current: { id: 'kms', key: () => Promise.reject(new Error('kms down')) },
      previous: [{ id: h.keyring.currentId, key: () => Promise.reject(new Error('kms down')) }],
    })
    const down = house({ keyring, store: h.store })
    await expect(down.twoFactor.maintenance.reseal()).rejects.toMatchObject({ code: 'ERR_KEYRING' })
    await expect(down.twoFactor.maintenance.summarize()).rejects.toMatchObject({
      code: 'ERR_KEYRING',
    })
  })

  it('a store that fails throws', async () => {
    const h = house({ store: { ...memoryStore(), keys: () => Promise.reject(new Error('down')) } })
    await expect(h.twoFactor.maintenance.reseal()).rejects.toMatchObject({ code: 'ERR_STORE' })
  })
})

describe('summarize', () => {
  it('counts what there is, and names nobody', async () => {
    const h = smsHouse({ limits: { hardStop: 6 } })
    const ada = await enroll(h.twoFactor, 'ada', h.clock)
    const bob = await enroll(h.twoFactor, 'bob', h.clock)
    acceptedOf(
      await h.twoFactor.sms.import({
        userId: 'eve',
        number: '+4915112345678',
        confirmedAt: h.clock(),
      }),
    )
    await h.twoFactor.recovery.passwordChanged({ userId: 'sub' })
    acceptedOf(
      await login(h.twoFactor, 'ada', nextCode(h.clock, ada.phone), {
        rememberDevice: { label: 'Laptop' },
      }),
    )
    for (const code of ada.backupCodes) acceptedOf(await login(h.twoFactor, 'ada', code))
    for (let n = 0; n < 5; n++) await login(h.twoFactor, 'bob', wrongCode(bob.phone, h.clock()))
    const summary = {
      records: 4,
      enrolled: 3,
      totp: 2,
      sms: 1,
      backupCodesOut: 1,
      devices: 1,
      weakKeys: 0,
      awaitingSupportCode: 0,
      erased: 0,
      moving: 0,
      unreadable: 0,
      byKey: { [h.keyring.currentId]: 4 },
      missingKeys: {},
    }
    expect(await h.twoFactor.maintenance.summarize()).toEqual({
      ...summary,
      locked: 1,
      exhausted: 0,
    })
    h.clock.advance({ seconds: 60 })
    await login(h.twoFactor, 'bob', wrongCode(bob.phone, h.clock()))
    expect(await h.twoFactor.maintenance.summarize()).toEqual({
      ...summary,
      locked: 0,
      exhausted: 1,
    })
  })

  it('after an interruption counts on where it was', async () => {
    const h = house({ keyring: createKeyring(oldKey) })
    await imported(h, 1020)
    const whole = await h.twoFactor.maintenance.summarize()
    let seen: { last: string; records: number; summary: Summary } | undefined
    const stop = {
      onProgress: (progress: { last: string; records: number; summary: Summary }) => {
        seen = progress
        if (progress.records >= 1000) throw new Error('interrupted')
      },
    }
    await expect(h.twoFactor.maintenance.summarize(stop)).rejects.toThrow('interrupted')
    expect(seen!.summary).toMatchObject({ records: 1000, enrolled: 1000, byKey: { old: 1000 } })
    const shown: number[] = []
    const rest = await h.twoFactor.maintenance.summarize({
      after: seen!.last,
      counted: seen!.summary,
      onProgress: ({ records }) => void shown.push(records),
    })
    expect(rest).toEqual(whole)
    expect(whole.records).toBe(1020)
    expect(shown).toEqual([1020])
  })
})
