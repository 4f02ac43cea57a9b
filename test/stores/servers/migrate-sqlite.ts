import Database from 'libsql'
import { sqliteStore } from '../../../src/stores/sqlite.ts'

/**
 * One of several processes that start at the same time on one new file: migrate, then try to be the
 * first to write.
 */
const store = sqliteStore(new Database(process.argv[2]!))
await store.migrate()
console.log(await store.put('first', `${process.pid}`, { expected: null }))
