import type { Answer, Db, Peer } from './peer.ts'

// The peers are installed in this folder alone, so the compiler of the project does not know them.
const PACKAGE: string = 'otplib'
const otplib = (await import(PACKAGE)) as {
  generateSecret(): string
  generateSync(o: object): string
  verify(o: object): Promise<{ valid: true; timeStep: number } | { valid: false }>
}

const TABLE = 'hand_second_factor'
const FREE = 5

interface Row {
  secret: string
  last_step: number | null
  failures: number
}
type Send = (sql: string, ...values: (string | number)[]) => Promise<Row[]>

/** What a careful reader of otplib's documentation writes: the step and the attempts are counted in the same row, by conditional updates. */
export async function handSqlPeer(db: Db, users: number): Promise<Peer> {
  const send = sender(db)
  await send(`CREATE TABLE ${TABLE} (user_id text PRIMARY KEY, secret text NOT NULL, last_step integer, failures integer NOT NULL)`)
  const secrets = Array.from({ length: users }, () => otplib.generateSecret())
  for (const [user, secret] of secrets.entries()) await send(`INSERT INTO ${TABLE} VALUES ($1, $2, NULL, 0)`, `user-${user}`, secret)
  let now = Math.floor(Date.now() / 1000)
  return {
    name: 'otplib 13 and SQL by hand',
    advance: () => (now += 3600),
    rightCode: (user) => otplib.generateSync({ secret: secrets[user], epoch: now }),
    begin: async () => '',
    answer: (user, _, code) => check(send, `user-${user}`, code, now),
  }
}

async function check(send: Send, user: string, token: string, epoch: number): Promise<Answer> {
  for (;;) {
    const [row] = await send(`SELECT secret, last_step, failures FROM ${TABLE} WHERE user_id = $1`, user)
    const { secret, last_step: lastStep, failures } = row!
    if (failures >= FREE) return 'refused'
    const found = await otplib.verify({ secret, token, epoch, epochTolerance: 30, ...(lastStep !== null && { afterTimeStep: lastStep }) })
    const swapped = found.valid
      ? await send(`UPDATE ${TABLE} SET last_step = $1, failures = 0 WHERE user_id = $2 AND failures = $3 AND coalesce(last_step, 0) < $1 RETURNING 1`, found.timeStep, user, failures)
      : await send(`UPDATE ${TABLE} SET failures = failures + 1 WHERE user_id = $1 AND failures = $2 RETURNING 1`, user, failures)
    if (swapped.length === 1) return found.valid ? 'accepted' : 'wrong_code'
  }
}

function sender(db: Db): Send {
  if (db.engine === 'Postgres') return async (sql, ...values) => (await db.pool.query<Row>(sql, values)).rows
  const statements = new Map<string, ReturnType<typeof db.sqlite.prepare<unknown[]>>>()
  return async (sql, ...values) => {
    const statement = statements.get(sql) ?? db.sqlite.prepare(sql.replace(/\$(\d)/g, '?$1'))
    statements.set(sql, statement)
    if (statement.reader) return statement.all(...values) as Row[]
    statement.run(...values)
    return []
  }
}
