// `npx tsx test/bench/stores/profile.ts`: where the time of a login.verify goes, by a CPU profile
// over verifications alone, on the memory store.
import { type Profiler, Session } from 'node:inspector/promises'
import { memoryStore } from 'keystep/stores/memory'
import { option, print } from '../rounds.ts'
import { Logins } from './logins.ts'

const [USERS, IN_FLIGHT, HISTORY] = [500, 32, 20]
const rounds = option('rounds', 30)

/**
 * Functions whose whole time, callees included, is one line; what is in none of them is the rest.
 */
const ROOMS: readonly [room: string, functions: readonly string[]][] = [
  ['record key by HKDF, opening and sealing', ['recordKeyOf']],
  ['AES-256-GCM', ['openBytes', 'sealBytes']],
  ['base64url', ['decodeBase64url', 'encodeBase64url']],
  ['JSON', ['parse', 'encodeSubject']],
  ['the challenge: reading and authenticating it', ['readToken']],
  ['codes: six compressions of SHA-1 or more', ['compareTotp']],
  ['the grant', ['mintLoginGrant']],
  ['activity', ['recordActivity']],
  ['garbage collection', ['(garbage collector)']],
]

const logins = new Logins(
  memoryStore(),
  Array.from({ length: USERS }, (_, i) => `user-${i}`),
)
await logins.enroll()
for (let i = 0; i < HISTORY; i++) await verifyAll()

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.setSamplingInterval', { interval: 100 })
const micros = new Map<string, number>()
for (let round = 0; round < rounds; round++) {
  await logins.prepare(USERS)
  await session.post('Profiler.start')
  await run()
  const { profile } = await session.post('Profiler.stop')
  sum(profile)
}

print(['where', 'us per verification'])
print(['---', '---'])
const perVerification = (total: number): string => (total / rounds / USERS).toFixed(1)
for (const [room] of ROOMS) print([room, perVerification(micros.get(room) ?? 0)])
print([
  'the rest: promises, frames of MACs, the decision, the store',
  perVerification(micros.get('rest') ?? 0),
])

async function verifyAll(): Promise<void> {
  await logins.prepare(USERS)
  await run()
}

async function run(): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < USERS) await logins.work(next++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
}

/**
 * Adds each sample to the innermost room on its stack; the profiler's own time and idle time count
 * nowhere.
 */
function sum({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): void {
  const roomOf = new Map<number, string | null>()
  const visit = (id: number, room: string): void => {
    const node = nodes.find((one) => one.id === id)!
    const { functionName } = node.callFrame
    const inside = ROOMS.find(([, functions]) => functions.includes(functionName))?.[0] ?? room
    const isOurs = !['dispatch', '(idle)', '(root)', '(program)'].includes(functionName)
    roomOf.set(id, isOurs ? inside : null)
    for (const child of node.children ?? []) visit(child, inside)
  }
  visit(nodes[0]!.id, 'rest')
  samples.forEach((id, i) => {
    const room = roomOf.get(id)
    if (room) micros.set(room, (micros.get(room) ?? 0) + timeDeltas[i]!)
  })
}
