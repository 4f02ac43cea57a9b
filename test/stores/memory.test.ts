import { describe, it } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import { storeContract } from '../../src/testing/index.ts'

describe('memoryStore', () => {
  for (const { name, run } of storeContract(memoryStore)) it(name, run)
})
