import { createRequire } from 'node:module'
import test from 'node:test'
import { storeContract } from 'keystep/testing'
import { sqliteUnderTest } from './sqlite-under-test.mjs'

/** The driver has to be compiled, so it is none of the project's own dependencies. */
const Database = createRequire(`${process.env.KEYSTEP_PACKAGE}/`)('better-sqlite3')

for (const { name, run } of storeContract(() => sqliteUnderTest((file) => new Database(file))))
  test(name, run)
