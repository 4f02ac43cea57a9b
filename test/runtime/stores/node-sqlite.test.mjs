import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { storeContract } from 'keystep/testing'
import { sqliteUnderTest } from './sqlite-under-test.mjs'

for (const { name, run } of storeContract(() => sqliteUnderTest((file) => new DatabaseSync(file))))
  test(name, run)
