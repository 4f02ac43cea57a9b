import { randomBytes } from 'node:crypto'
import { LoginGrant } from 'keystep'
import type { Database } from 'libsql'

/**
 * A session row. Its fields bear the names that keystep's calls take, so that it can be spread into
 * them.
 */
export interface Session {
  sessionId: string
  userId: string
  /** When the password was given, as an ISO string. */
  firstFactorAt: string
  /** The enrollment in progress, or an empty string. */
  enrollment: string
}

const HOURS = 12

/** The portal's sessions, in the same file. */
export class Sessions {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
    db.exec(
      'CREATE TABLE IF NOT EXISTS portal_sessions (id TEXT PRIMARY KEY, account_id TEXT NOT NULL,' +
        ' first_factor_at TEXT NOT NULL, enrollment TEXT NOT NULL, expires_at INTEGER NOT NULL)',
    )
  }

  /**
   * Only keystep makes a grant, so a path that forgets the second factor has nothing to call this
   * with.
   */
  open(grant: LoginGrant, firstFactorAt: string): Session {
    if (!LoginGrant.isGrant(grant)) throw new Error('a session is opened by a grant alone')
    const session = {
      sessionId: randomBytes(32).toString('base64url'),
      userId: grant.userId,
      firstFactorAt,
      enrollment: '',
    }
    const insert = this.#db.prepare('INSERT INTO portal_sessions VALUES (?, ?, ?, ?, ?)')
    insert.run(session.sessionId, session.userId, firstFactorAt, '', Date.now() + HOURS * 3_600_000)
    return session
  }

  find(sessionId: string | undefined): Session | null {
    const columns =
      'id AS sessionId, account_id AS userId, first_factor_at AS firstFactorAt, enrollment'
    const select = this.#db.prepare(
      `SELECT ${columns} FROM portal_sessions WHERE id = ? AND expires_at > ?`,
    )
    return (select.get(sessionId ?? '', Date.now()) as Session | undefined) ?? null
  }

  keep({ sessionId, firstFactorAt, enrollment }: Session): void {
    const update = this.#db.prepare(
      'UPDATE portal_sessions SET first_factor_at = ?, enrollment = ? WHERE id = ?',
    )
    update.run(firstFactorAt, enrollment, sessionId)
  }

  end(sessionId: string): void {
    this.#db.prepare('DELETE FROM portal_sessions WHERE id = ?').run(sessionId)
  }
}
