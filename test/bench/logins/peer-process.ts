// The process of one peer: `peer-process.ts <peer> <engine> <file or schema> <users>`, then what it
// is asked by messages.
import Database from 'libsql'
import pg from 'pg'
import { urls } from '../../stores/servers/urls.ts'
import { type Contender, turnOf } from '../rounds.ts'
import { betterAuthPeer } from './better-auth.ts'
import { handSqlPeer } from './hand-sql.ts'
import { keystepPeer } from './keystep.ts'
import type { Db, Peer } from './peer.ts'
import type { Examination, Request } from './remote-peer.ts'
import { countStatements } from './statements.ts'

const PEERS: Record<string, (db: Db, users: number) => Promise<Peer>> = {
  'keystep': keystepPeer,
  'hand-sql': handSqlPeer,
  'better-auth': betterAuthPeer,
}
const SAMPLE = 10

const [name, engine, place, users] = process.argv.slice(2)
const db = connect(engine!, place!)
const peer = await PEERS[name!]!(db, Number(users))
const contender = contenderOf(peer)
const turn = turnOf(contender)
process.on('message', (request: Request) => {
  const answer =
    request[0] === 'turn'
      ? turn(request[1], request[2])
      : examine(request[1], request[2], request[3])
  void answer.then((told) => process.send!(told))
})
process.on('disconnect', () => process.exit())
process.send!(peer.name)

function connect(engine: string, place: string): Db {
  if (engine === 'Postgres')
    return {
      engine,
      pool: new pg.Pool({
        connectionString: urls.postgres,
        max: 32,
        options: `-c search_path=${place}`,
      }),
    }
  const sqlite = new Database(place)
  sqlite.exec('PRAGMA synchronous = NORMAL')
  return { engine: 'SQLite', sqlite }
}

function contenderOf(peer: Peer): Contender {
  let begun: { challenge: string; code: string }[] = []
  return {
    name: peer.name,
    async prepare(count) {
      peer.advance()
      begun = []
      for (let user = 0; user < count; user++)
        begun.push({ challenge: await peer.begin(user), code: peer.rightCode(user) })
    },
    async work(user) {
      const { challenge, code } = begun[user]!
      const answer = await peer.answer(user, challenge, code)
      if (answer !== 'accepted') throw new Error(`${peer.name}: a right code was ${answer}`)
    },
  }
}

/** Two users are kept for the storms: `user`, and the one after. */
async function examine(user: number, replays: number, guesses: number): Promise<Examination> {
  const statements = await statementsOf()
  peer.advance()
  const same = peer.rightCode(user)
  const accepted = await storm(user, replays, () => same)
  const told = await storm(user + 1, guesses, wrongCodes(peer.rightCode(user + 1)))
  return {
    statements,
    accepted: accepted.filter((answer) => answer === 'accepted').length,
    told: told.filter((answer) => answer === 'wrong_code').length,
  }
}

async function statementsOf(): Promise<number> {
  await contender.prepare!(SAMPLE)
  const statements = countStatements(db)
  for (let user = 0; user < SAMPLE; user++) await contender.work(user)
  statements.stop()
  return statements.count() / SAMPLE
}

/** Answers to codes that arrive together, each over a challenge of its own. */
async function storm(
  user: number,
  size: number,
  code: (index: number) => string,
): Promise<string[]> {
  const challenges: string[] = []
  for (let i = 0; i < size; i++) challenges.push(await peer.begin(user))
  return Promise.all(challenges.map((challenge, i) => peer.answer(user, challenge, code(i))))
}

/** Codes far from the right one in every step of its window, as good as surely. */
function wrongCodes(right: string): (index: number) => string {
  return (index) => String((Number(right) + 1 + index * 4999) % 1_000_000).padStart(6, '0')
}
