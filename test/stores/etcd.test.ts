import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EtcdFetch, etcdStore } from '../../src/stores/etcd.ts'
import { storeContract, type StoreUnderTest } from '../../src/testing/index.ts'
import { askEtcd, canStartEtcd, type OwnEtcd, startEtcd } from './servers/etcd-server.ts'
import { freePort } from './servers/ports.ts'
import { randomTable } from './servers/urls.ts'

const here = canStartEtcd()
const failed: unknown = expect.objectContaining({ code: 'ERR_STORE' })

describe.runIf(here)('etcdStore on an etcd server', () => {
  let etcd: OwnEtcd
  let url = ''
  let nowhere = ''
  beforeAll(async () => {
    etcd = await startEtcd()
    url = etcd.urls[0]!
    nowhere = `http://127.0.0.1:${await freePort()}`
  })
  afterAll(() => etcd.stop())
  const fresh = (): string => `${randomTable()}/`

  describe('the contract', () => {
    const prefix = fresh()
    const make = async (): Promise<StoreUnderTest> => {
      const otherStore = etcdStore({ url: [nowhere, url], prefix })
      // A read finds the member that is up; writes go there from then on.
      await otherStore.get('absent')
      return {
        store: etcdStore({ url, prefix }),
        otherStore,
        brokenStore: etcdStore({ url: nowhere, prefix }),
      }
    }
    for (const { name, run } of storeContract(make)) it(name, run)
  })

  it('expiry is housekeeping: a lease a day longer, from now on when the caller lives in the past, and none after a put without', async () => {
    const prefix = fresh()
    const store = etcdStore({ url, prefix })
    const daysOf = async (key: string): Promise<number> => {
      const at = Buffer.from(prefix + key).toString('base64')
      const { kvs } = (await askEtcd(url, 'kv/range', { key: at })) as { kvs: { lease?: string }[] }
      if (kvs[0]!.lease === undefined) return NaN
      return (
        Number((await askEtcd(url, 'lease/timetolive', { ID: kvs[0]!.lease }))['grantedTTL']) /
        86_400
      )
    }
    const inADay = new Date(Date.now() + 86_400_000)
    const version = await store.put('soon', 'value', { expected: null, expiresAt: inADay })
    await store.put('past', 'value', { expected: null, expiresAt: new Date('2020-01-01') })
    expect(await daysOf('soon')).toBeCloseTo(2, 3)
    expect(await daysOf('past')).toBe(1)
    await store.put('soon', 'value', { expected: version })
    expect(await daysOf('soon')).toBeNaN()
  })

  it('keeps to its prefix, in keys() too', async () => {
    const prefix = fresh()
    const [one, two, longer] = [`${prefix}a`, `${prefix}b`, `${prefix}a/`].map((each) =>
      etcdStore({ url, prefix: each }),
    )
    await one!.put('key', 'one', { expected: null })
    await two!.put('key', 'two', { expected: null })
    await longer!.put('key', 'longer', { expected: null })
    expect(await two!.keys()).toEqual(['key'])
    expect(await longer!.keys()).toEqual(['key'])
    expect((await one!.get('key'))?.value).toBe('one')
  })

  it('a version of another making never passes: zero means to etcd that there is no key', async () => {
    const store = etcdStore({ url, prefix: fresh() })
    for (const expected of [
      '0',
      '-1',
      '00',
      ' 1',
      '1.0',
      '1e3',
      '9'.repeat(30),
      'no version',
      '',
    ]) {
      expect(await store.put('key', 'value', { expected }), expected).toBeNull()
      expect(await store.delete('key', { expected }), expected).toBe('changed')
    }
    expect(await store.get('key')).toBeNull()
  })

  it('a foreign value under the prefix throws, and is not taken for a record', async () => {
    const prefix = fresh()
    const put = (key: string, value: string) =>
      askEtcd(url, 'kv/put', { key: Buffer.from(prefix + key).toString('base64'), value })
    await put('binary', '/w==')
    await expect(etcdStore({ url, prefix }).get('binary')).rejects.toMatchObject({
      code: 'ERR_RECORD_SHAPE',
    })
  })

  describe('V27: a write whose answer is lost throws, was sent once, and is what the next read says', () => {
    /** Does what it is asked, and loses the answer. */
    const losing =
      (lost: string[]): EtcdFetch =>
      async (target, request) => {
        const response = await fetch(target, request)
        if (!target.endsWith('/kv/txn')) return response
        lost.push(request.body)
        await response.text()
        throw new TypeError('terminated')
      }

    it.each([1, 3])('with %d URLs', async (count) => {
      const prefix = fresh()
      const lost: string[] = []
      const urls = Array.from({ length: count }, () => url)
      const store = etcdStore({ url: urls, prefix, fetch: losing(lost) })
      const whole = etcdStore({ url, prefix })
      await expect(store.put('key', 'first', { expected: null })).rejects.toThrow('terminated')
      const first = (await store.get('key'))!
      expect(first.value).toBe('first')
      await expect(store.put('key', 'second', { expected: first.version })).rejects.toThrow(
        'terminated',
      )
      expect((await whole.get('key'))?.value).toBe('second')
      await expect(
        store.delete('key', { expected: (await whole.get('key'))!.version }),
      ).rejects.toThrow('terminated')
      expect(await whole.get('key')).toBeNull()
      expect(lost).toHaveLength(3)
    })
  })

  it('V27: what is no answer of etcd is an error, never a lost swap and never "no record"', async () => {
    const { header } = await askEtcd(url, 'maintenance/status', {})
    const answers: [status: number, body: string][] = [
      [200, ''],
      [200, '<html>'],
      [200, 'null'],
      [200, '[]'],
      [200, '{}'],
      [200, '{"succeeded":true}'],
      [200, '"text"'],
      [200, '{"header":{}}'],
      [204, '{}'],
      [302, '{}'],
      [404, '{}'],
      [500, '{}'],
      [503, JSON.stringify({ header })],
      [503, '{"message":"etcdserver: request timed out","code":14}'],
    ]
    for (const [status, body] of answers) {
      const store = etcdStore({
        url,
        fetch: async () => ({ status, json: async () => JSON.parse(body) as unknown }),
      })
      const what = `${status} ${body}`
      await expect(store.get('key'), what).rejects.toEqual(failed)
      await expect(store.put('key', 'value', { expected: null }), what).rejects.toEqual(failed)
      await expect(store.put('key', 'value', { expected: '5' }), what).rejects.toEqual(failed)
      await expect(store.delete('key', { expected: '5' }), what).rejects.toEqual(failed)
      await expect(store.keys(), what).rejects.toEqual(failed)
      await expect(store.migrate(), what).rejects.toEqual(failed)
    }
  })

  it("an error says etcd's own words, and nothing that a proxy may have put in", async () => {
    const saying = (message: string) =>
      etcdStore({ url, fetch: async () => ({ status: 503, json: async () => ({ message }) }) }).get(
        'key',
      )
    await expect(saying('etcdserver: request timed out')).rejects.toThrow(
      'etcd answered 503, etcdserver: request timed out',
    )
    await expect(saying('upstream said: password=hunter2')).rejects.toThrow(/^etcd answered 503$/)
  })

  it('a member that hangs: the call ends in time, and the next one goes to the next member', async () => {
    const prefix = fresh()
    const hanging = 'http://127.0.0.1:9'
    const asked: string[] = []
    const store = etcdStore({
      url: [hanging, url],
      prefix,
      timeoutSeconds: 0.1,
      fetch: async (target, request) => {
        asked.push(target)
        if (!target.startsWith(hanging)) return fetch(target, request)
        return new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason as Error))
        })
      },
    })
    await expect(store.put('key', 'value', { expected: null })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    expect(await store.put('key', 'value', { expected: null })).not.toBeNull()
    expect((await store.get('key'))?.value).toBe('value')
    expect(asked.filter((target) => target.startsWith(hanging))).toHaveLength(1)
  })

  it('sends headers of the portal, asked for anew at each request', async () => {
    const seen: unknown[] = []
    let turn = 0
    const spying: EtcdFetch = async (target, request) => {
      seen.push(request.headers['x-portal'])
      return fetch(target, request)
    }
    await etcdStore({ url, fetch: spying, headers: { 'x-portal': 'fixed' } }).get('key')
    const store = etcdStore({
      url,
      fetch: spying,
      headers: async () => ({ 'x-portal': `turn ${++turn}` }),
    })
    await store.get('key')
    await store.get('key')
    expect(seen).toEqual(['fixed', 'turn 1', 'turn 2'])
  })

  it('migrate() passes over a member that is down, and throws when all are', async () => {
    await etcdStore({ url: [nowhere, url] }).migrate()
    await expect(etcdStore({ url: nowhere }).migrate()).rejects.toThrow()
  })
})

describe('etcdStore refuses, with ERR_OPTION', () => {
  const refused: unknown = expect.objectContaining({ code: 'ERR_OPTION' })
  it.each([
    ['no URL', { url: '' }],
    ['an empty list', { url: [] }],
    ['another protocol', { url: 'ftp://etcd' }],
    ['a URL with a password, which would print', { url: 'http://root:pw@etcd:2379' }],
    ['a query', { url: 'http://etcd:2379?a=b' }],
    ['something else than a text', { url: [5] }],
    ['a timeout of nothing', { url: 'http://etcd', timeoutSeconds: 0 }],
    ['a timeout that is no number', { url: 'http://etcd', timeoutSeconds: NaN }],
    ['an empty prefix', { url: 'http://etcd', prefix: '' }],
    ['a prefix with a space', { url: 'http://etcd', prefix: 'a b' }],
    ['a fetch that is none', { url: 'http://etcd', fetch: 'fetch' }],
  ])('%s', (_, o) => expect(() => etcdStore(o as never)).toThrow(refused))
})
