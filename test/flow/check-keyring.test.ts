import { createKeyring, generateKeyringKey } from 'keystep'
import { memoryStore } from 'keystep/stores/memory'
import { describe, expect, it } from 'vitest'
import { enroll, house, login } from './house.ts'
import { rowOf } from '../record/record.ts'

const keyOf = (id: string): string => `${id}:${generateKeyringKey().split(':')[1]!}`
const [a, b, c, wrongA] = [keyOf('a'), keyOf('b'), keyOf('c'), keyOf('a')]
const staff = { actor: 'ops/3', reason: 'the keyring was lost' }
const store = memoryStore
const refused = { code: 'ERR_KEYRING' }

function at(place: ReturnType<typeof store>, keys: string) {
  return house({ store: place, keyring: createKeyring(keys) })
}

describe('checkKeyring', () => {
  it('is made at the first start, and asks one read from then on', async () => {
    const place = store()
    expect(await at(place, a).twoFactor.maintenance.checkKeyring()).toEqual({
      created: true,
      added: ['a'],
      missing: [],
    })
    const again = at(place, a)
    expect(await again.twoFactor.maintenance.checkKeyring()).toEqual({
      created: false,
      added: [],
      missing: [],
    })
    expect(again.store).toMatchObject({ reads: 1, writes: 0 })
  })

  it('a wrong key fails at the start: under the same id, under another id, and as a previous one', async () => {
    const place = store()
    await at(place, a).twoFactor.maintenance.checkKeyring()
    for (const keys of [wrongA, b, `${b},${wrongA}`, `${wrongA},${b}`]) {
      await expect(
        at(place, keys).twoFactor.maintenance.checkKeyring(),
        keys.slice(0, 1),
      ).rejects.toMatchObject(refused)
    }
  })

  it('grows with a rotation, step by step; a process that was left behind fails', async () => {
    const place = store()
    await at(place, a).twoFactor.maintenance.checkKeyring()
    expect(await at(place, `${a},${b}`).twoFactor.maintenance.checkKeyring()).toMatchObject({
      added: ['b'],
    })
    expect(await at(place, a).twoFactor.maintenance.checkKeyring()).toEqual({
      created: false,
      added: [],
      missing: ['b'],
    })
    expect(await at(place, `${b},${a}`).twoFactor.maintenance.checkKeyring()).toMatchObject({
      added: [],
      missing: [],
    })
    await expect(at(place, a).twoFactor.maintenance.checkKeyring()).rejects.toMatchObject(refused)
    expect(await at(place, `${a},${b}`).twoFactor.maintenance.checkKeyring()).toMatchObject({
      missing: [],
    })
    expect(await at(place, b).twoFactor.maintenance.checkKeyring()).toMatchObject({
      missing: ['a'],
    })
  })

  it('a wrong keyring cannot plant it over records that it does not open', async () => {
    const place = store()
    await enroll(at(place, a).twoFactor, 'ada', at(place, a).clock)
    for (const keys of [wrongA, b, `${b},${c}`])
      await expect(at(place, keys).twoFactor.maintenance.checkKeyring()).rejects.toMatchObject(
        refused,
      )
    expect((await place.keys()).filter((key) => key.startsWith('c1.'))).toEqual([])
    expect(await at(place, `${b},${a}`).twoFactor.maintenance.checkKeyring()).toMatchObject({
      created: true,
      added: ['b', 'a'],
    })
  })

  it('twenty starts at once agree', async () => {
    const place = store()
    const reports = await Promise.all(
      Array.from({ length: 20 }, () => at(place, a).twoFactor.maintenance.checkKeyring()),
    )
    expect(reports.filter(({ created }) => created)).toHaveLength(1)
  })

  it('two realms have one each', async () => {
    const place = store()
    await at(place, a).twoFactor.maintenance.checkKeyring()
    const other = house({ store: place, keyring: createKeyring(b), realm: 'other' })
    expect(await other.twoFactor.maintenance.checkKeyring()).toMatchObject({ created: true })
  })

  it('is replaced only when asked, with actor and reason', async () => {
    const place = store()
    await at(place, a).twoFactor.maintenance.checkKeyring()
    const h = at(place, b)
    for (const input of [
      { replace: true },
      { replace: true, actor: 'x' },
      { replace: 'yes', ...staff },
    ]) {
      await expect(h.twoFactor.maintenance.checkKeyring(input as never)).rejects.toMatchObject({
        code: 'ERR_OPTION',
      })
    }
    expect(await h.twoFactor.maintenance.checkKeyring({ replace: true, ...staff })).toEqual({
      created: true,
      added: ['b'],
      missing: ['a'],
    })
    expect(h.events).toEqual([
      { type: 'keyring.replaced', userId: '', keyIds: ['b'], ...staff, at: h.clock() },
    ])
    await expect(at(place, a).twoFactor.maintenance.checkKeyring()).rejects.toMatchObject(refused)
    expect(await h.twoFactor.maintenance.checkKeyring()).toMatchObject({
      created: false,
      missing: ['a'],
    })
  })

  it('damaged, it says so and can be replaced; it holds nothing of a key', async () => {
    const place = store()
    await at(place, a).twoFactor.maintenance.checkKeyring()
    const [key] = await place.keys()
    const found = (await place.get(key!))!
    expect(found.value).not.toContain(a.slice(2))
    await place.put(key!, '{"canary":1', { expected: found.version })
    await expect(at(place, a).twoFactor.maintenance.checkKeyring()).rejects.toMatchObject({
      code: 'ERR_RECORD_SHAPE',
    })
    expect(
      await at(place, a).twoFactor.maintenance.checkKeyring({ replace: true, ...staff }),
    ).toMatchObject({ created: true })
  })
})

describe('V33: a lost keyring', () => {
  it('records of it are named, and reset one by one once it is given up; nobody gets in on the password alone', async () => {
    const place = store()
    const before = at(place, a)
    await before.twoFactor.maintenance.checkKeyring()
    await enroll(before.twoFactor, 'ada', before.clock)
    await enroll(before.twoFactor, 'bob', before.clock)
    const h = at(place, b)
    const reset = (userId: string) =>
      h.twoFactor.recovery.reset({ userId, unreadable: true, ...staff })
    await expect(reset('ada')).rejects.toMatchObject(refused)
    expect(await h.twoFactor.maintenance.summarize()).toMatchObject({
      unreadable: 2,
      missingKeys: { a: 2 },
      byKey: {},
    })
    await h.twoFactor.maintenance.checkKeyring({ replace: true, ...staff })
    expect((await h.twoFactor.maintenance.users()).users).toEqual(
      ['ada', 'bob'].map((userId) => ({ userId, state: 'missing_key', keyId: 'a' })),
    )
    const done = await reset('ada')
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({
      next: 'challenge',
      factors: [{ kind: 'support_code' }],
    })
    expect(await login(h.twoFactor, 'ada', done.supportCode.reveal())).toMatchObject({
      outcome: 'enroll',
    })
    expect(h.events.at(-2)).toMatchObject({ type: 'reset', userId: 'ada', ...staff })
    await expect(h.twoFactor.login.begin({ userId: 'bob' })).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_KEY',
    })
    await expect(reset('ada')).rejects.toMatchObject({ code: 'ERR_OPTION' })
  })

  it('a process with the wrong keyring cannot reset what others can read', async () => {
    const place = store()
    const right = at(place, `${a},${b}`)
    await right.twoFactor.maintenance.checkKeyring()
    await enroll(right.twoFactor, 'ada', right.clock)
    await enroll(at(place, `${b},${a}`).twoFactor, 'bob', right.clock)
    for (const keys of [wrongA, c, `${c},${wrongA}`, `${b},${wrongA}`, b, `${b},${c}`]) {
      const h = at(place, keys)
      await h.twoFactor.maintenance.checkKeyring().catch(() => null)
      await expect(
        h.twoFactor.recovery.reset({ userId: 'ada', unreadable: true, ...staff }),
        keys,
      ).rejects.toMatchObject(refused)
    }
    expect((await right.twoFactor.login.begin({ userId: 'ada' })).next).toBe('challenge')
  })

  it('nor one whose key was current before: it is not here, and nobody gave it up', async () => {
    const place = store()
    const before = at(place, a)
    await before.twoFactor.maintenance.checkKeyring()
    await enroll(before.twoFactor, 'ada', before.clock)
    await at(place, `${b},${a}`).twoFactor.maintenance.checkKeyring()
    const reset = (keys: string) =>
      at(place, keys).twoFactor.recovery.reset({ userId: 'ada', unreadable: true, ...staff })
    expect(await at(place, b).twoFactor.maintenance.checkKeyring()).toMatchObject({
      missing: ['a'],
    })
    await expect(reset(b)).rejects.toMatchObject(refused)
    await expect(reset(`${b},${wrongA}`)).rejects.toMatchObject(refused)
    await expect(reset(`${b},${a}`)).rejects.toMatchObject({ code: 'ERR_OPTION' })
  })

  it('nor a key that came later and opened nothing yet, under an id that others seal with', async () => {
    const place = store()
    await at(place, a).twoFactor.maintenance.checkKeyring()
    const other = at(place, keyOf('c'))
    await enroll(other.twoFactor, 'cid', other.clock)
    const h = at(place, `${a},${c}`)
    expect(await h.twoFactor.maintenance.checkKeyring()).toMatchObject({ added: ['c'] })
    await expect(
      h.twoFactor.recovery.reset({ userId: 'cid', unreadable: true, ...staff }),
    ).rejects.toMatchObject(refused)
  })

  it('nor what is cut off: a wrong keyring resets nothing at all', async () => {
    const place = store()
    const right = at(place, a)
    await right.twoFactor.maintenance.checkKeyring()
    await place.put(rowOf('default', 'ada'), 'nothing', { expected: null })
    const reset = (keys: string) =>
      at(place, keys).twoFactor.recovery.reset({ userId: 'ada', unreadable: true, ...staff })
    for (const keys of [wrongA, b]) await expect(reset(keys)).rejects.toMatchObject(refused)
    expect((await reset(a)).outcome).toBe('accepted')
  })

  it('nor where the check was never made', async () => {
    const place = store()
    const right = at(place, a)
    await enroll(right.twoFactor, 'ada', right.clock)
    for (const keys of [wrongA, b]) {
      await expect(
        at(place, keys).twoFactor.recovery.reset({ userId: 'ada', unreadable: true, ...staff }),
      ).rejects.toMatchObject(refused)
    }
  })

  it('one damaged record is reset under a right keyring; a readable, missing or newer one is not', async () => {
    const h = at(store(), a)
    await h.twoFactor.maintenance.checkKeyring()
    await enroll(h.twoFactor, 'ada', h.clock)
    await enroll(h.twoFactor, 'bob', h.clock)
    const reset = (userId: string) =>
      h.twoFactor.recovery.reset({ userId, unreadable: true, ...staff })
    for (const damage of [
      (value: string) => `${value.slice(0, -9)}AAAAAAAA.`,
      (value: string) => value.slice(0, 40),
      () => 'nothing',
    ]) {
      const { value, version } = (await h.store.get(rowOf('default', 'ada')))!
      await h.store.put(rowOf('default', 'ada'), damage(value), { expected: version })
      await expect(h.twoFactor.login.begin({ userId: 'ada' })).rejects.toThrow()
      expect((await reset('ada')).outcome).toBe('accepted')
    }
    await expect(reset('bob')).rejects.toMatchObject({ code: 'ERR_OPTION' })
    await expect(reset('eve')).rejects.toMatchObject({ code: 'ERR_OPTION' })
    const { version } = (await h.store.get(rowOf('default', 'bob')))!
    await h.store.put(rowOf('default', 'bob'), 'ks2.a.AAAA.', { expected: version })
    await expect(reset('bob')).rejects.toMatchObject({ code: 'ERR_RECORD_VERSION' })
  })
})
