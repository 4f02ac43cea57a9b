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
type Values = (string | number)[]
interface Sql {
  read(sql: string, ...values: Values): Promise<Row | undefined>
  /** Rows that were written. */
  write(sql: string, ...values: Values): Promise<number>
}

/**
 * What a careful reader of otplib's documentation writes: the step and the attempts are counted in
 * the same row, by conditional updates.
 */
export async function handSqlPeer(db: Db, users: number): Promise<Peer> {
  const sql = sqlOf(db)
  await sql.write(
    `CREATE TABLE ${TABLE} (user_id text PRIMARY KEY, secret text NOT NULL, last_step integer, failures integer NOT NULL)`,
  )
  const secrets = Array.from({ length: users }, () => otplib.generateSecret())
  for (const [user, secret] of secrets.entries())
    await sql.write(`INSERT INTO ${TABLE} VALUES ($1, $2, NULL, 0)`, `user-${user}`, secret)
  let now = Math.floor(Date.now() / 1000)
  return {
    name: 'otplib 13 and SQL by hand',
    advance: () => (now += 3600),
    rightCode: (user) => otplib.generateSync({ secret: secrets[user], epoch: now }),
    begin: async () => '',
    answer: (user, _, code) => check(sql, `user-${user}`, code, now),
  }
}

async function check(
  { read, write }: Sql,
  user: string,
  token: string,
  epoch: number,
): Promise<Answer> {
  for (;;) {
    const row = await read(
      `SELECT secret, last_step, failures FROM ${TABLE} WHERE user_id = $1`,
      user,
    )
    const { secret, last_step: lastStep, failures } = row!
    if (failures >= FREE) return 'refused'
    const found = await otplib.verify({
      secret,
      token,
      epoch,
      epochTolerance: 30,
      ...(lastStep !== null && { afterTimeStep: lastStep }),
    })
    const swapped = found.valid
      ? await write(
          `UPDATE ${TABLE} SET last_step = $1, failures = 0 WHERE user_id = $2 AND failures = $3 AND coalesce(last_step, 0) < $1`,
          found.timeStep,
          user,
          failures,
        )
      : await write(
          `UPDATE ${TABLE} SET failures = failures + 1 WHERE user_id = $1 AND failures = $2`,
          user,
          failures,
        )
    if (swapped === 1) return found.valid ? 'accepted' : 'wrong_code'
  }
}

function sqlOf(db: Db): Sql {
  if (db.engine === 'Postgres') {
    const { pool } = db
    return {
      read: async (sql, ...values) => (await pool.query<Row>(sql, values)).rows[0],
      write: async (sql, ...values) => (await pool.query(sql, values)).rowCount ?? 0,
    }
  }
  const statements = new Map<string, ReturnType<typeof db.sqlite.prepare<unknown[]>>>()
  const prepared = (sql: string): ReturnType<typeof db.sqlite.prepare<unknown[]>> => {
    const statement = statements.get(sql) ?? db.sqlite.prepare(sql.replace(/\$(\d)/g, '?$1'))
    statements.set(sql, statement)
    return statement
  }
  return {
    read: async (sql, ...values) => prepared(sql).get(...values) as Row | undefined,
    write: async (sql, ...values) => prepared(sql).run(...values).changes,
  }
}
