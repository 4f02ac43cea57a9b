// `npm run bench:stores`: a full login.verify on every store, beside the bare floor: one read and
// one conditional write of the same rows.
import { interleave, option, print, turnOf } from '../rounds.ts'
import { type Bench, benches } from './engines.ts'
import { Logins } from './logins.ts'

const rounds = option('rounds', 9)
const users = option('users', 500)
/**
 * Rounds of logins before anything is measured: the activity in a record of long standing is full
 * at 20 entries.
 */
const history = option('history', 20)

const HEAD = [
  'store',
  'in flight',
  'row, characters',
  'verifications/s',
  'floor/s',
  'of the floor',
  'CPU above the floor, us',
]
// The platform's AES is looked up at the first use: hidden here, WebCrypto is measured in its
// stead.
if (process.argv.includes('--webcrypto')) Reflect.deleteProperty(process, 'getBuiltinModule')
const only = process.argv
  .find((argument) => argument.startsWith('--only='))
  ?.slice('--only='.length)

print(HEAD)
print(HEAD.map(() => '---'))
for await (const [name, bench] of benches()) {
  if (only === undefined || name.startsWith(only)) await compare(name, bench)
  await bench.close()
}

async function compare(name: string, { store, floorStore, floor }: Bench): Promise<void> {
  const logins = new Logins(
    store,
    Array.from({ length: users }, (_, i) => `user-${i}`),
  )
  await logins.enroll()
  for (let i = 0; i < history; i++) await interleave([turnOf(logins)], 0, users, 32)
  const keys = await store.keys({ limit: users })
  let row = 0
  /**
   * The floor works on copies of the very rows, so that size, alphabet and compressibility are the
   * same.
   */
  const copyRows = async (): Promise<void> => {
    for (const key of keys) {
      const [record, old] = [await store.get(key), await floorStore.get(key)]
      await floorStore.put(key, record!.value, { expected: old?.version ?? null })
      row = record!.value.length
    }
  }
  const bare = {
    name: 'floor',
    work: async (index: number): Promise<void> => {
      if (!(await floor(keys[index]!))) throw new Error('the floor lost a swap')
    },
  }
  for (const inFlight of [1, 32]) {
    await copyRows()
    const [verify, least] = await interleave([logins, bare].map(turnOf), rounds, users, inFlight)
    const above = (verify!.cpuMicros - least!.cpuMicros).toFixed(0)
    const ratio = (verify!.perSecond / least!.perSecond).toFixed(2)
    print([
      name,
      inFlight,
      row,
      verify!.perSecond.toFixed(0),
      least!.perSecond.toFixed(0),
      ratio,
      above,
    ])
  }
}
