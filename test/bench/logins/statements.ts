import pg from 'pg'
import type { Db } from './peer.ts'

/** Counts what goes to the database, on the driver itself, BEGIN and COMMIT included. */
export function countStatements(db: Db): { count: () => number; stop: () => void } {
  let [counted, depth] = [0, 0]
  const restore: (() => void)[] = []
  const watch = (target: object, method: string): void => {
    const original = Reflect.get(target, method) as (...input: unknown[]) => unknown
    Reflect.set(target, method, function (this: unknown, ...input: unknown[]) {
      // libsql's `all` calls its own `iterate`: that is still one statement.
      if (depth++ === 0) counted++
      try {
        return original.apply(this, input)
      } finally {
        depth--
      }
    })
    restore.push(() => Reflect.set(target, method, original))
  }
  if (db.engine === 'Postgres') watch(pg.Client.prototype, 'query')
  else {
    const statement = Object.getPrototypeOf(db.sqlite.prepare('SELECT 1')) as object
    for (const method of ['all', 'get', 'run', 'iterate']) watch(statement, method)
    watch(Object.getPrototypeOf(db.sqlite) as object, 'exec')
  }
  return { count: () => counted, stop: () => restore.forEach((undo) => undo()) }
}
