// etcd with users, of three members, and what a list of members of two clusters comes to.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EtcdFetch, etcdStore } from '../../src/stores/etcd.ts'
import { storeContract, type StoreUnderTest } from '../../src/testing/index.ts'
import { askEtcd, canStartEtcd, type OwnEtcd, startEtcd } from './servers/etcd-server.ts'

const here = canStartEtcd()
const failed: unknown = expect.objectContaining({ code: 'ERR_STORE' })

describe.runIf(here)('etcdStore on a server with users', () => {
  let etcd: OwnEtcd
  let url = ''
  const user = { name: 'root', password: 'correct horse' }
  /** May read and write the prefix alone. */
  const portal = { name: 'portal', password: 'battery staple' }
  beforeAll(async () => {
    etcd = await startEtcd()
    url = etcd.urls[0]!
    await askEtcd(url, 'auth/user/add', user)
    await askEtcd(url, 'auth/role/add', { name: 'root' })
    await askEtcd(url, 'auth/user/grant', { user: 'root', role: 'root' })
    await askEtcd(url, 'auth/user/add', portal)
    await askEtcd(url, 'auth/role/add', { name: 'portal' })
    const [key, range_end] = ['keystep/', 'keystep0'].map((text) => btoa(text))
    const perm = { permType: 'READWRITE', key, range_end }
    await askEtcd(url, 'auth/role/grant', { name: 'portal', perm })
    await askEtcd(url, 'auth/user/grant', { user: 'portal', role: 'portal' })
    await askEtcd(url, 'auth/enable', {})
  })
  afterAll(() => etcd.stop())

  describe('the contract', () => {
    const make = (): StoreUnderTest => ({
      store: etcdStore({ url, user: portal }),
      otherStore: etcdStore({ url, user: portal }),
      brokenStore: etcdStore({ url, user: portal, prefix: 'elsewhere/' }),
    })
    for (const { name, run } of storeContract(make)) it(name, run)
  })

  it('migrate() needs no more than the portal has', () =>
    etcdStore({ url, user: portal }).migrate())

  it('asks for one token, and for one new one when etcd refuses it', async () => {
    const logins: string[] = []
    let spoil = false
    const spying: EtcdFetch = async (target, request) => {
      if (target.endsWith('/auth/authenticate')) logins.push(target)
      const refused = spoil && request.headers['authorization'] !== undefined && logins.length === 1
      return fetch(
        target,
        refused ? { ...request, headers: { authorization: 'expired' } } : request,
      )
    }
    const store = etcdStore({ url, user, fetch: spying })
    await Promise.all([1, 2, 3].map((i) => store.put(`token ${i}`, 'value', { expected: null })))
    expect(logins).toHaveLength(1)
    spoil = true
    const written = await Promise.all(
      [4, 5, 6].map((i) => store.put(`token ${i}`, 'value', { expected: null })),
    )
    expect(written).not.toContain(null)
    expect(logins).toHaveLength(2)
  })

  it('takes a token of the portal instead, and none is an error that names no password', async () => {
    const { token } = (await askEtcd(url, 'auth/authenticate', user)) as { token: string }
    const store = etcdStore({ url, headers: { authorization: token } })
    expect(await store.get('absent')).toBeNull()
    await expect(etcdStore({ url }).get('absent')).rejects.toEqual(failed)
    const wrong = etcdStore({ url, user: { ...user, password: 'hunter2' } }).get('absent')
    await expect(wrong).rejects.toThrow(
      /^(?!.*hunter2)etcd answered 400, etcdserver: authentication failed/,
    )
  })
})

describe.runIf(here)('etcdStore on three members', () => {
  let etcd: OwnEtcd
  beforeAll(async () => void (etcd = await startEtcd(3)))
  afterAll(() => etcd.stop())
  const make = (): StoreUnderTest => ({
    store: etcdStore({ url: etcd.urls[0]! }),
    otherStore: etcdStore({ url: etcd.urls[1]! }),
  })
  for (const { name, run } of storeContract(make).filter(({ name }) => /race|reads/.test(name)))
    it(name, run)
})

describe.runIf(here)('etcdStore over members of two clusters', () => {
  let clusters: OwnEtcd[]
  beforeAll(async () => void (clusters = [await startEtcd(), await startEtcd()]))
  afterAll(() => Promise.all(clusters.map((each) => each.stop())))

  it('is refused by migrate(), and by every call that meets the second one', async () => {
    const url = clusters[0]!.urls[0]!
    const both = { url: [url, clusters[1]!.urls[0]!] }
    await expect(etcdStore(both).migrate()).rejects.toThrow('two etcd clusters')
    let down = ''
    const fetching: EtcdFetch = async (target, request) => {
      if (target.startsWith(down)) throw new TypeError('down')
      return fetch(target, request)
    }
    const store = etcdStore({ ...both, fetch: fetching })
    down = 'nobody'
    expect(await store.get('key')).toBeNull()
    down = url
    await expect(store.get('key')).rejects.toThrow('two etcd clusters')
  })
})
