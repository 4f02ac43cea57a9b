import { DatabaseSync } from 'node:sqlite'
import { storeContract } from '../../../dist/testing/index.js'
import { sqliteUnderTest } from './sqlite-under-test.mjs'

for (const { name, run } of storeContract(() => sqliteUnderTest((file) => new DatabaseSync(file)))) Deno.test(name, run)
