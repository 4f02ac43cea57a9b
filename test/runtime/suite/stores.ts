import { memoryStore } from 'keystep/stores/memory'
import { storeContract } from 'keystep/testing'
import type { Case } from './case.ts'

/** The cases that a memory store can be put to: it has no transactions and no engine to fail. */
export const storeCases: readonly Case[] = storeContract(memoryStore)
  .filter(({ name }) => !name.includes('[needs '))
  .map(({ name, run }) => ({ name: `memoryStore: ${name}`, run: () => run() }))
