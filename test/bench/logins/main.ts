// `npm run bench:peers`: keystep beside better-auth's two-factor plugin and otplib 13 with careful
// SQL, on one database in one run.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import pg from 'pg'
import { hasServer, urls } from '../../stores/servers/urls.ts'
import { interleave, option, print } from '../rounds.ts'
import { type RemotePeer, startPeer } from './remote-peer.ts'

const rounds = option('rounds', 9)
const users = option('users', 500)
/**
 * Rounds of logins before anything is measured, as in bench:stores: compilers are done, and
 * keystep's records have all of their 20 entries.
 */
const history = option('history', 20)
const [REPLAYS, GUESSES] = [50, 200]
const HEAD = [
  'database',
  'peer',
  'verifications/s, 1 in flight',
  '32 in flight',
  'keystep to it',
  'statements',
  `accepted of ${REPLAYS} replays`,
  `wrong codes told, of ${GUESSES}`,
]

print(HEAD)
print(HEAD.map(() => '---'))
const folder = mkdtempSync(join(tmpdir(), 'keystep-peers-'))
const file = join(folder, 'portal.db')
const sqlite = new Database(file)
sqlite.exec('PRAGMA journal_mode = WAL')
sqlite.close()
await compare('SQLite', file)
rmSync(folder, { recursive: true })
if (await hasServer('postgres')) {
  const schema = `keystep_peers_${randomBytes(6).toString('hex')}`
  const pool = new pg.Pool({ connectionString: urls.postgres, max: 1 })
  await pool.query(`CREATE SCHEMA ${schema}`)
  await compare('Postgres', schema)
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
}

async function compare(engine: string, place: string): Promise<void> {
  // Two users more than are measured: one for the replays, one for the guesses.
  const peers: RemotePeer[] = []
  for (const name of ['keystep', 'hand-sql', 'better-auth'])
    peers.push(await startPeer(name, engine, place, users + 2))
  const turns = peers.map(({ turn }) => turn)
  for (let i = 0; i < history; i++) await interleave(turns, 0, users, 32)
  const alone = await interleave(turns, rounds, Math.ceil(users / 2), 1)
  const together = await interleave(turns, rounds, users, 32)
  for (const [i, peer] of peers.entries()) {
    const ratio = together[0]!.perSecond / together[i]!.perSecond
    const { statements, accepted, told } = await peer.examine(users, REPLAYS, GUESSES)
    print([
      engine,
      peer.name,
      alone[i]!.perSecond.toFixed(0),
      together[i]!.perSecond.toFixed(0),
      ratio.toFixed(2),
      statements.toFixed(0),
      accepted,
      told,
    ])
    peer.end()
  }
}
