import { denoKvStore } from 'keystep/stores/deno-kv'
import { storeContract } from 'keystep/testing'

/** Two connections to one database file, and a third that is closed. */
async function denoKvUnderTest() {
  const folder = await Deno.makeTempDir()
  const [one, two, broken] = await Promise.all([0, 1, 2].map(() => Deno.openKv(`${folder}/kv.db`)))
  broken.close()
  return {
    store: denoKvStore(one),
    otherStore: denoKvStore(two),
    brokenStore: denoKvStore(broken),
    close: async () => {
      for (const kv of [one, two]) kv.close()
      await Deno.remove(folder, { recursive: true })
    },
  }
}

for (const { name, run } of storeContract(denoKvUnderTest)) Deno.test(name, run)

Deno.test('expiry: a caller who lives in the past still has the record', async () => {
  const kv = await Deno.openKv(':memory:')
  const store = denoKvStore(kv, { prefix: ['portal', 'second factor'] })
  const version = await store.put('key', 'value', {
    expected: null,
    expiresAt: new Date('2020-01-01'),
  })
  if ((await store.get('key'))?.version !== version) throw new Error('the record is gone')
  if ((await kv.get(['portal', 'second factor', 'key'])).versionstamp !== version)
    throw new Error('the record is not under the prefix')
  kv.close()
})
