import {
  createKeyring,
  createTwoFactor,
  generateKeyringKey,
  type Secret,
  type UserExport,
} from 'keystep'
import { memoryStore } from 'keystep/stores/memory'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { acceptedOf, enroll, house, login, nextCode, wrongCode } from '../flow/house.ts'
import { setUpAnew } from '../flow/staff-house.ts'
import { fencesOf, readPage } from './fences.ts'

const HOUR = 3_600_000
const CASES = [
  'Lost keyring',
  'Restored backup',
  'Wrong clock',
  'Leaked key',
  'User deleted',
  'User renamed or merged',
  'Database moved',
]
const text = readPage('docs/operations.md')
const fences = [
  ...fencesOf('docs/operations.md', text),
  ...fencesOf('docs/leaving.md', readPage('docs/leaving.md')),
]

/** The portal that the page's programs run in; a program may use what `scope` has beside it. */
async function scene(
  keys: readonly [id: string, key: Uint8Array][] = [['k2026', new Uint8Array(32).fill(1)]],
) {
  const [first, ...others] = keys.map(([id, key]) => ({ id, key }))
  const keyring = createKeyring({ current: first!, previous: others })
  const h = house({ keyring, store: memoryStore() })
  h.clock.set(new Date(Date.now() - HOUR))
  const { phone, backupCodes } = await enroll(h.twoFactor, 'ann', h.clock)
  const handed = new Map<string, Secret<string>>()
  const taken: UserExport[] = []
  const printed: unknown[][] = []
  const scope = {
    twoFactor: h.twoFactor,
    store: h.store,
    keyring,
    userId: 'ann',
    createKeyring,
    createTwoFactor: (options: Parameters<typeof createTwoFactor>[0]) =>
      createTwoFactor({ ...options, now: h.clock }),
    newStore: memoryStore(),
    handOver: (userId: string, code: Secret<string>) =>
      Promise.resolve(void handed.set(userId, code)),
    takeOver: (user: UserExport) => Promise.resolve(void taken.push(user)),
    console: {
      log: (...line: unknown[]) => void printed.push(line),
      warn: () => undefined,
      error: (...line: unknown[]) => void printed.push(line),
    },
  }
  h.clock.set(new Date(Date.now() + 1000))
  return { ...h, phone, backupCodes, handed, taken, printed, scope }
}

/** Runs the program of one case, word for word. */
async function run(name: string, scope: object): Promise<void> {
  const fence = fences.find(({ about }) => about === name)!
  const code = ts.transpile(`const main = async () => {\n${fence.code}\n}`, {
    target: ts.ScriptTarget.ES2022,
  })
  // The page's own text, and nothing else.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  await (new Function(...Object.keys(scope), `${code}\nreturn main()`)(
    ...Object.values(scope),
  ) as Promise<void>)
}

describe('docs/operations.md', () => {
  it('has each case as numbered steps by calls, and each of its programs is run below', () => {
    const sections = text.split(/^## /m).slice(1)
    expect(sections.map((section) => section.split('\n')[0])).toEqual(['At every start', ...CASES])
    for (const section of sections.slice(1))
      expect(section).toMatch(/^1\. [\s\S]*^2\. [\s\S]*`(maintenance|recovery)\.\w+`/m)
    expect(fences.map(({ about }) => about)).toEqual([
      'at-every-start',
      ...CASES.map((name) => name.toLowerCase().replaceAll(' ', '-')),
      'leaving',
    ])
  })

  it('at every start: a right keyring goes on, a wrong one stops', async () => {
    const h = await scene()
    await run('at-every-start', h.scope)
    await run('at-every-start', h.scope)
    const wrong = house({ store: h.store, keyring: createKeyring(generateKeyringKey()) })
    await expect(
      run('at-every-start', { ...h.scope, twoFactor: wrong.twoFactor }),
    ).rejects.toMatchObject({ code: 'ERR_KEYRING' })
  })

  it('V33: lost keyring: the owner gets back in by support, and nobody by the password alone', async () => {
    const h = await scene()
    await h.twoFactor.maintenance.checkKeyring()
    const after = house({
      store: h.store,
      keyring: createKeyring({ current: { id: 'k2027', key: new Uint8Array(32).fill(2) } }),
      now: h.clock,
    })
    await run('lost-keyring', { ...h.scope, twoFactor: after.twoFactor })
    expect(h.printed[0]).toEqual([expect.any(String), { k2026: 1 }])
    expect(await after.twoFactor.login.begin({ userId: 'ann' })).toMatchObject({
      next: 'challenge',
      factors: [{ kind: 'support_code' }],
    })
    const phone = await setUpAnew(after.twoFactor, 'ann', h.handed.get('ann')!, h.clock)
    acceptedOf(await login(after.twoFactor, 'ann', nextCode(h.clock, phone)))
    await expect(h.twoFactor.maintenance.checkKeyring()).rejects.toMatchObject({
      code: 'ERR_KEYRING',
    })
  })

  it('V34: restored backup: what was spent is not good again, and the doubts are told', async () => {
    const h = await scene()
    const [key] = await h.store.keys()
    const { value } = (await h.store.get(key!))!
    const code = h.phone.code(h.clock())
    acceptedOf(await login(h.twoFactor, 'ann', code))
    await h.store.put(key!, value, { expected: (await h.store.get(key!))!.version })
    h.clock.set(new Date(Date.now() + 2000))
    await run('restored-backup', h.scope)
    expect(h.printed[0]).toEqual(['1 renewed, 0 newer, 0 unreadable'])
    expect(h.printed[1]![0]).toBe('ann')
    expect((await login(h.twoFactor, 'ann', code)).outcome).toBe('rejected')
  })

  it('wrong clock: the lock of a server that was ahead ends', async () => {
    const h = await scene()
    const ahead = createTwoFactor({
      issuer: 'Example Hosting',
      store: h.store,
      keyring: h.keyring,
      now: () => new Date(h.clock().getTime() + 24 * HOUR),
    })
    for (let n = 0; n < 5; n++)
      await login(ahead, 'ann', wrongCode(h.phone, new Date(h.clock().getTime() + 24 * HOUR)))
    await run('wrong-clock', h.scope)
    expect(h.printed).toEqual([['5 wrong codes in 30 days']])
    expect(await login(h.twoFactor, 'ann', h.handed.get('ann')!.reveal())).toMatchObject({
      outcome: 'enroll',
    })
    acceptedOf(await login(h.twoFactor, 'ann', nextCode(h.clock, h.phone)))
  })

  it('leaked key: records go under the new one, and the old one may go', async () => {
    const [oldKey, newKey] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const h = await scene([['k2026', oldKey]])
    await h.twoFactor.maintenance.checkKeyring()
    await run('leaked-key', { ...h.scope, oldKey, newKey })
    expect(h.printed).toEqual([['k2026 may go']])
    const after = house({
      store: h.store,
      keyring: createKeyring({ current: { id: 'k2027', key: newKey } }),
      now: h.clock,
    })
    await after.twoFactor.maintenance.checkKeyring()
    acceptedOf(await login(after.twoFactor, 'ann', nextCode(h.clock, h.phone)))
  })

  it('user deleted: nothing is left', async () => {
    const h = await scene()
    await run('user-deleted', h.scope)
    expect((await h.twoFactor.login.begin({ userId: 'ann' })).next).toBe('proceed')
  })

  it('user renamed, and merged: the kept record is the one that opens', async () => {
    const h = await scene()
    const other = await enroll(h.twoFactor, 'customer-23', h.clock)
    await run('user-renamed-or-merged', h.scope)
    expect(h.printed).toEqual([])
    acceptedOf(await login(h.twoFactor, 'customer-23', nextCode(h.clock, h.phone)))
    expect(await login(h.twoFactor, 'customer-23', nextCode(h.clock, other.phone))).toMatchObject({
      reason: 'wrong_code',
    })
  })

  it('database moved: everybody is in the new store, and nobody in the old one', async () => {
    const h = await scene()
    for (let n = 0; n < 150; n++)
      acceptedOf(
        await h.twoFactor.totp.import({ userId: `user-${n}`, key: new Uint8Array(20).fill(n) }),
      )
    await h.twoFactor.maintenance.erase({ userId: 'bob', actor: 'ops/3', reason: 'gone' })
    await run('database-moved', h.scope)
    const there = house({ store: h.scope.newStore, keyring: h.keyring, now: h.clock })
    expect(await there.twoFactor.maintenance.summarize()).toMatchObject({
      records: 152,
      enrolled: 151,
      erased: 1,
    })
    acceptedOf(await login(there.twoFactor, 'ann', nextCode(h.clock, h.phone)))
  })
})

describe('docs/leaving.md', () => {
  it('hands out every user', async () => {
    const h = await scene()
    await enroll(h.twoFactor, 'bob', h.clock)
    await run('leaving', h.scope)
    expect(h.taken.map(({ userId, authenticators }) => [userId, authenticators.length])).toEqual([
      ['ann', 1],
      ['bob', 1],
    ])
  })
})
