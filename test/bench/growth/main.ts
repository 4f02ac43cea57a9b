// `npm run bench:growth -- --users 1000000`: verification among many enrolled users beside the same
// among 1,000, and walks over them all.
import { createTwoFactor, generateKeyringKey, createKeyring } from 'keystep'
import { hasServer } from '../../stores/servers/urls.ts'
import { type Contender, interleave, option, print, turnOf } from '../rounds.ts'
import { Logins } from '../stores/logins.ts'
import { fill } from './fill.ts'
import { type Place, type Places, postgresPlaces, sqlitePlaces } from './places.ts'
import { walk } from './walks.ts'

const users = option('users', 20_000)
const [FEW, ROUNDS, COUNT] = [1000, 9, 100]
const [, old] = generateKeyringKey().split(':')
const [, fresh] = generateKeyringKey().split(':')
const before = createKeyring(`old:${old!},new:${fresh!}`)
const after = createKeyring(`new:${fresh!},old:${old!}`)

print([
  'database',
  'users',
  'verification takes, beside 1,000 users',
  'reseal, s',
  'summarize, s',
  'memory grew by, MB',
  'logins beside',
])
print(Array.from({ length: 7 }, () => '---'))
const only = process.argv
  .find((argument) => argument.startsWith('--only='))
  ?.slice('--only='.length)
if (only !== 'Postgres') await compare('SQLite', await sqlitePlaces())
if (only !== 'SQLite' && (await hasServer('postgres')))
  await compare('Postgres', await postgresPlaces())

async function compare(engine: string, places: Places): Promise<void> {
  const few = await populate(places.few, FEW)
  const many = await populate(places.many, users)
  const [small, large] = await interleave(
    [contender('few', few), contender('many', many)].map(turnOf),
    ROUNDS,
    COUNT,
    32,
  )
  const slower = (small!.perSecond / large!.perSecond).toFixed(2)
  if (process.argv.includes('--no-walks')) print([engine, users, slower, '', '', '', ''])
  else await walkAll(engine, places, many, slower)
  await places.close()
}

async function walkAll(
  engine: string,
  places: Places,
  many: Logins,
  slower: string,
): Promise<void> {
  const rotated = createTwoFactor({
    issuer: 'Bench',
    store: places.many.store,
    keyring: after,
    now: () => new Date('2027-11-22T12:00:00Z'),
  })
  const live = new Logins(
    places.many.store,
    spread(users),
    after,
    many.key,
    Date.parse('2027-11-22T12:00:00Z'),
  )
  const show = (seen: number): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r${engine}: ${seen} of ${users} records `)
  }
  const { reseal, summary, seconds, grownMegabytes, logins, resumedAt } = await walk(
    rotated,
    live,
    users,
    10,
    show,
  )
  if (summary.enrolled !== users || reseal.records + resumedAt !== users)
    throw new Error('a walk missed records')
  if (summary.byKey['new'] !== users) throw new Error('a record is still sealed under the old key')
  print([
    engine,
    users,
    slower,
    seconds.reseal.toFixed(0),
    seconds.summarize.toFixed(0),
    grownMegabytes.toFixed(0),
    logins,
  ])
}

async function populate(place: Place, count: number): Promise<Logins> {
  const logins = new Logins(place.store, spread(count), before)
  await fill(place.load, before, logins.key, count)
  await place.settle()
  return logins
}

/** All rounds together: no user twice, from all over the table. */
function spread(count: number): string[] {
  return Array.from({ length: (ROUNDS + 1) * COUNT }, (_, i) => `user-${(i * 7919) % count}`)
}

function contender(name: string, logins: Logins): Contender {
  let round = 0
  return { name, prepare: (count) => logins.prepare(count, count * round++), work: logins.work }
}
