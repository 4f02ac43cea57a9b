import { Database } from 'bun:sqlite'
import { test } from 'bun:test'
import { storeContract } from 'keystep/testing'
import { sqliteUnderTest } from './sqlite-under-test.mjs'

for (const { name, run } of storeContract(() => sqliteUnderTest((file) => new Database(file))))
  test(name, run)
