// `npm run bench:peers`: keystep beside better-auth's two-factor plugin and otplib 13 with careful SQL, on one database in one run.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import pg from 'pg'
import { hasServer, urls } from '../../stores/servers/urls.ts'
import { type Contender, interleave, option, print } from '../rounds.ts'
import { betterAuthPeer } from './better-auth.ts'
import { handSqlPeer } from './hand-sql.ts'
import { keystepPeer } from './keystep.ts'
import type { Db, Peer } from './peer.ts'
import { countStatements } from './statements.ts'

const rounds = option('rounds', 9)
const users = option('users', 500)
/** Rounds of logins before anything is measured, as in bench:stores: compilers are done, and keystep's records have all of their 20 entries. */
const history = option('history', 20)
const [REPLAYS, GUESSES] = [50, 200]
const HEAD = ['database', 'peer', 'verifications/s, 1 in flight', '32 in flight', 'keystep to it', 'statements', `accepted of ${REPLAYS} replays`, `wrong codes told, of ${GUESSES}`]

print(HEAD)
print(HEAD.map(() => '---'))
const folder = mkdtempSync(join(tmpdir(), 'keystep-peers-'))
const sqlite = new Database(join(folder, 'portal.db'))
sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
await compare({ engine: 'SQLite', sqlite })
sqlite.close()
rmSync(folder, { recursive: true })
if (await hasServer('postgres')) {
  const schema = `keystep_peers_${randomBytes(6).toString('hex')}`
  const pool = new pg.Pool({ connectionString: urls.postgres, max: 32, options: `-c search_path=${schema}` })
  await pool.query(`CREATE SCHEMA ${schema}`)
  await compare({ engine: 'Postgres', pool })
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
}

async function compare(db: Db): Promise<void> {
  // Two users more than are measured: one for the replays, one for the guesses.
  const peers: Peer[] = []
  for (const make of [keystepPeer, handSqlPeer, betterAuthPeer]) peers.push(await make(db, users + 2))
  const contenders = peers.map(contenderOf)
  for (let i = 0; i < history; i++) await interleave(contenders, 0, users, 32)
  const alone = await interleave(contenders, rounds, Math.ceil(users / 2), 1)
  const together = await interleave(contenders, rounds, users, 32)
  for (const [i, peer] of peers.entries()) {
    const ratio = together[0]!.perSecond / together[i]!.perSecond
    const statements = await statementsOf(db, contenders[i]!)
    peer.advance()
    const same = peer.rightCode(users)
    const replays = await storm(peer, users, REPLAYS, () => same)
    const guesses = await storm(peer, users + 1, GUESSES, wrongCodes(peer.rightCode(users + 1)))
    print([db.engine, peer.name, alone[i]!.perSecond.toFixed(0), together[i]!.perSecond.toFixed(0), ratio.toFixed(2), statements,
      replays.filter((answer) => answer === 'accepted').length, guesses.filter((answer) => answer === 'wrong_code').length])
  }
}

function contenderOf(peer: Peer): Contender {
  let begun: { challenge: string; code: string }[] = []
  return {
    name: peer.name,
    async prepare(count) {
      peer.advance()
      begun = []
      for (let user = 0; user < count; user++) begun.push({ challenge: await peer.begin(user), code: peer.rightCode(user) })
    },
    async work(user) {
      const { challenge, code } = begun[user]!
      const answer = await peer.answer(user, challenge, code)
      if (answer !== 'accepted') throw new Error(`${peer.name}: a right code was ${answer}`)
    },
  }
}

async function statementsOf(db: Db, contender: Contender): Promise<string> {
  await contender.prepare!(10)
  const statements = countStatements(db)
  for (let user = 0; user < 10; user++) await contender.work(user)
  statements.stop()
  return (statements.count() / 10).toFixed(0)
}

/** Answers to codes that arrive together, each over a challenge of its own. */
async function storm(peer: Peer, user: number, size: number, code: (index: number) => string): Promise<string[]> {
  const challenges: string[] = []
  for (let i = 0; i < size; i++) challenges.push(await peer.begin(user))
  return Promise.all(challenges.map((challenge, i) => peer.answer(user, challenge, code(i))))
}

/** Codes far from the right one in every step of its window, as good as surely. */
function wrongCodes(right: string): (index: number) => string {
  return (index) => String((Number(right) + 1 + index * 4999) % 1_000_000).padStart(6, '0')
}
