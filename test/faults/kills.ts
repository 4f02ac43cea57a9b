import pg from 'pg'
import { type Connection, type Place, open } from '../races/engines.ts'
import { type Racer, startRacer } from '../races/fleet.ts'
import type { Assignment, Attempt, Result } from '../races/messages.ts'
import { openPortal, type Portal, wrongCodes } from '../races/portal.ts'
import type { Dice } from './dice.ts'

/** Who is killed in the middle of the logins. */
export type Victim = 'backend' | 'client'

/** What one kill came to. */
export interface Aftermath {
  /** Attempts that were under way: they threw, or their process died. */
  readonly interrupted: number
  readonly accepted: number
  readonly wrong: number
  readonly findings: readonly string[]
}

const CLIENTS = 3
const BACKUP_CODES = 12
const WRONG_CODES = 15

/**
 * Three processes of a portal on a server that is only theirs, and the portal that looks at the
 * records.
 */
export interface Ward {
  readonly portal: Portal
  kill(victim: Victim, round: number, dice: Dice): Promise<Aftermath>
  end(): Promise<void>
}

export async function openWard(place: Place): Promise<Ward> {
  const connection = await open(place)
  const portal = openPortal(connection.store)
  const assignment: Assignment = { place, keyring: portal.keyring, broken: false }
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => startRacer(assignment)))
  const replace = async (index: number): Promise<Racer> =>
    (clients[index] = await startRacer(assignment))
  return {
    portal,
    kill: (victim, round, dice) =>
      killOne({ place, connection, portal, clients, replace }, victim, round, dice),
    end: async () => {
      await Promise.all(clients.map((client) => client.end()))
      await connection.close()
    },
  }
}

interface Scene {
  place: Place
  connection: Connection
  portal: Portal
  clients: Racer[]
  replace(index: number): Promise<Racer>
}

/**
 * One round: three clients type the same codes of one user, and wrong codes of another; after a few
 * verdicts, somebody dies.
 */
async function killOne(
  { place, portal, clients, replace }: Scene,
  victim: Victim,
  round: number,
  dice: Dice,
): Promise<Aftermath> {
  const [honest, guessed] = [`honest ${round}`, `guessed ${round}`]
  const user = await portal.enroll(honest)
  const wrong = wrongCodes(await portal.importUser(guessed), CLIENTS * WRONG_CODES)
  const right = [...user.codes(), ...user.backupCodes.slice(0, BACKUP_CODES)]
  const hands = clients.map((_, client): Attempt[] => [
    ...right.map((code) => ({ userId: honest, code })),
    ...wrong
      .slice(client * WRONG_CODES, (client + 1) * WRONG_CODES)
      .map((code) => ({ userId: guessed, code })),
  ])
  const told: { code: string; result: Result }[] = []
  const doomed = dice.roll(CLIENTS)
  let verdictsToGo = 1 + dice.roll(20)
  let shot: Racer | undefined
  let death: Promise<void> | undefined

  const serve = async (index: number, client: Racer): Promise<number> => {
    let open = hands[index]!.length
    const end = await client.go(Date.now() + 30, (result, attempt) => {
      told.push({ code: hands[index]![attempt]!.code, result })
      if (result.outcome !== 'thrown') open--
      if (--verdictsToGo !== 0) return
      if (victim === 'backend') death = killBackend(place, dice)
      else (shot = clients[doomed]!).kill()
    })
    // Whoever was shot is replaced even when its last word was "done": a fast one has said
    // everything before the shot reaches it.
    if (end === 'done' && client !== shot) return 0
    const successor = await replace(index)
    await successor.load(portal.at, hands[index]!, true)
    await serve(index, successor)
    return open
  }
  await Promise.all(clients.map((client, index) => client.load(portal.at, hands[index]!, true)))
  const cutOff = await Promise.all(clients.map((client, index) => serve(index, client)))
  await death

  const thrown = told.flatMap(({ result }) => (result.outcome === 'thrown' ? [result] : []))
  const findings = [
    ...right.flatMap((code) => {
      const times = told.filter(
        (one) => one.code === code && one.result.outcome === 'accepted',
      ).length
      return times > 1 ? [`accepted ${times} times`] : []
    }),
    ...thrown
      .filter(({ code, cause }) => code !== 'ERR_STORE' || cause === 'none')
      .map(({ code, cause }) => `surfaced as ${code} (${cause})`),
  ]
  const wrongTold = told.filter(
    ({ result }) => result.outcome === 'rejected' && result.reason === 'wrong_code',
  ).length
  findings.push(...(await inspect(portal, honest, guessed, user.codes()[0]!, wrongTold)))
  return {
    interrupted: thrown.length + cutOff.reduce((sum, open) => sum + open, 0),
    accepted: told.filter(({ result }) => result.outcome === 'accepted').length,
    wrong: wrongTold,
    findings: findings.map((finding) => `round ${round}, ${victim}: ${finding}`),
  }
}

/**
 * What the records say once every attempt has its verdict: each code is spent, whoever was told so,
 * and five guesses were counted.
 */
async function inspect(
  portal: Portal,
  honest: string,
  guessed: string,
  code: string,
  wrongTold: number,
): Promise<string[]> {
  const findings: string[] = []
  const { backupCodesLeft } = await portal.twoFactor.status({ userId: honest })
  const { activity, lockedUntil } = await portal.twoFactor.status({ userId: guessed })
  const counted = activity.find(({ type }) => type === 'code.rejected')?.count ?? 0
  const again = await portal.twoFactor.login.verify({
    challenge: await portal.challenge(honest),
    code,
  })
  if (backupCodesLeft !== 32 - BACKUP_CODES) findings.push(`${backupCodesLeft} backup codes left`)
  if (again.outcome !== 'rejected' || again.reason !== 'already_used')
    findings.push('the spent code is not told to be spent')
  if (counted !== 5 || wrongTold > 5 || lockedUntil === null)
    findings.push(`${wrongTold} wrong codes told, ${counted} counted`)
  return findings
}

/**
 * `kill -9` of a backend that serves one of the clients: the server drops every connection and
 * recovers.
 */
async function killBackend({ url, name }: Place, dice: Dice): Promise<void> {
  const admin = new pg.Client({ connectionString: url })
  admin.on('error', () => undefined)
  await admin.connect()
  const { rows } = await admin.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name = $1 ORDER BY state = 'active' DESC, pid LIMIT 4`,
    [name],
  )
  process.kill(dice.pick(rows).pid, 'SIGKILL')
  await admin.end().catch(() => undefined)
}
