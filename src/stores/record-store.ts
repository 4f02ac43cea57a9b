import { randomBytes } from '../crypto/random.ts'
import { KeystepError } from '../errors.ts'

/**
 * A record as a store hands it back: the text that was put, and the version that the engine holds
 * it at.
 */
export interface StoredRecord {
  readonly value: string
  readonly version: string
}

/** What a {@link RecordStore.put} is conditional on. */
export interface PutOptions {
  /** The version that the record must be at, or null: there must be no record. */
  expected: string | null
  /**
   * From this instant on the engine may drop the record, at any later time or never. Housekeeping,
   * never a decision: until it is dropped it is an ordinary record. A put without it takes an
   * earlier one back. User records never carry it.
   */
  expiresAt?: Date | undefined
}

/** A page of {@link RecordStore.keys}. */
export interface PageOptions {
  /**
   * Keys greater than this text, byte by byte; it need not be a key itself. Default: from the
   * first.
   */
  after?: string | undefined
  /** At most so many keys, 1 to 10,000. Default 1,000. */
  limit?: number | undefined
}

/**
 * Where keystep keeps its records: four methods over any engine that has compare-and-swap and
 * linearizable reads. Prove an adapter of your own with `storeContract` of `keystep/testing`.
 *
 * - **Keys** are 1 to 512 printable ASCII characters, compared byte by byte: `a` is not `A`, and
 *   `a ` is not `a`.
 * - **Values** are opaque, well-formed texts of 1 to 64,000 bytes of UTF-8, without U+0000
 *   (Postgres) and without a byte order mark in front (some drivers eat it); they come back byte
 *   for byte. What the engine cannot hold it refuses with an error, and never cuts.
 * - **Versions** are opaque texts of 1 to 64 characters. No version of a key is ever used again,
 *   not even after the record was deleted and created anew: a random one per write will do.
 * - **Reads are linearizable**: after a put or delete was acknowledged to anyone, every read
 *   anywhere sees it. No replica, no cache, no snapshot.
 * - **Writes stand alone**: each is one atomic step, durable when it is acknowledged. None joins a
 *   transaction of the caller's, whose rollback would give an attempt back; where the handle is
 *   inside of one, the method throws.
 * - **Errors** of the engine are thrown as they are (keystep wraps them as `ERR_STORE`), and are
 *   never returned as a lost swap. After an error it may be unknown whether the write took place.
 */
export interface RecordStore {
  /** The record, or null when there is none. Linearizable. */
  get(key: string): Promise<StoredRecord | null>
  /**
   * Writes the value if the record is at `expected`, and returns the new version; null, having
   * written nothing, when it is not at `expected` any more (with null expected: when there is one
   * already).
   */
  put(key: string, value: string, o: PutOptions): Promise<string | null>
  /**
   * Deletes the record if it is at `expected`; `changed`, having deleted nothing, when it is not
   * there or at another version.
   */
  delete(key: string, o: { expected: string }): Promise<'deleted' | 'changed'>
  /**
   * Keys in byte order, a page at a time, for maintenance only: what is written meanwhile may or
   * may not show.
   */
  keys(o?: PageOptions): Promise<readonly string[]>
}

/** A store that keeps its records in a table of the portal's database. */
export interface TableStore extends RecordStore {
  /**
   * Creates the table where it is missing; repeating it, and several processes doing it at once, is
   * harmless. Nothing else ever creates it.
   */
  migrate(): Promise<void>
}

/** A version never used before: 122 random bits, 36 characters. @internal */
export function newVersion(): string {
  return crypto.randomUUID()
}

/**
 * A table name in the quotes of its dialect. A name is an ASCII letter or underscore, then letters,
 * digits and underscores, at most 63; where the engine has schemas, `schema.table`. Default
 * `keystep_records`. @throws `ERR_OPTION` @internal
 */
export function quoteTable(table: string | undefined, quote: '"' | '`'): string {
  const name: unknown = table === undefined ? 'keystep_records' : table
  const parts = typeof name === 'string' ? name.split('.') : []
  if (
    parts.length < 1 ||
    parts.length > 2 ||
    !parts.every((part) => /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(part))
  ) {
    throw new KeystepError(
      'ERR_OPTION',
      'table must be a name of letters, digits and underscores, or schema.table',
    )
  }
  return parts.map((part) => quote + part + quote).join('.')
}

/** The bounds of a page. @throws `ERR_OPTION` @internal */
export function pageOf(o: PageOptions | undefined): { after: string; limit: number } {
  const { after = '', limit = 1000 } = o ?? {}
  if (Number.isInteger(limit) && limit >= 1 && limit <= 10_000) return { after, limit }
  throw new KeystepError('ERR_OPTION', 'limit must be an integer from 1 to 10,000')
}

/**
 * `expiresAt` in milliseconds since 1970, or null. @throws `ERR_OPTION` on an invalid date
 * @internal
 */
export function expiryMillis(o: PutOptions): number | null {
  if (o.expiresAt === undefined) return null
  const millis = o.expiresAt.getTime()
  if (Number.isNaN(millis)) throw new KeystepError('ERR_OPTION', 'expiresAt must be a valid date')
  return millis
}

const LOCK_SECONDS = 5

/**
 * Repeats a step while SQLite, here or beneath Deno KV, says that another connection holds the
 * lock: nothing was written then. Up to 5 seconds, without blocking the process. What is done at
 * once costs no promise. @internal
 */
export function waitOutLock<T>(step: () => T | Promise<T>): T | Promise<T> {
  const again = (error: unknown): Promise<T> => repeatWhileLocked(step, error)
  try {
    const done = step()
    return done instanceof Promise ? done.catch(again) : done
  } catch (error) {
    return again(error)
  }
}

async function repeatWhileLocked<T>(step: () => T | Promise<T>, first: unknown): Promise<T> {
  let error = first
  for (const until = Date.now() + LOCK_SECONDS * 1000; ;) {
    const locked = error instanceof Error && /database (table )?is locked/.test(error.message)
    if (!locked || Date.now() > until) throw error
    await new Promise((resolve) => setTimeout(resolve, 1 + (randomBytes(1)[0]! % 10)))
    try {
      return await step()
    } catch (next) {
      error = next
    }
  }
}
