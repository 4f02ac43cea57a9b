import { DatabaseSync } from 'node:sqlite'
import { storeContract } from 'keystep/testing'
import { sqliteUnderTest } from './sqlite-under-test.mjs'

for (const { name, run } of storeContract(() => sqliteUnderTest((file) => new DatabaseSync(file))))
  Deno.test(name, run)
