import { createRequire } from 'node:module'
import test from 'node:test'
import { storeContract } from '../../../dist/testing/index.js'
import { sqliteUnderTest } from './sqlite-under-test.mjs'

/** The driver is installed outside of the project, where run.ts says. */
const Database = createRequire(`${process.env.KEYSTEP_DRIVERS ?? process.cwd()}/`)('better-sqlite3')

for (const { name, run } of storeContract(() => sqliteUnderTest((file) => new Database(file)))) test(name, run)
