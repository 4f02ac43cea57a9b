import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Disagreement, live, type Side } from './agree.ts'
import { guessing, history } from './histories.ts'
import { library } from './library.ts'
import { modelSide } from './model-side.ts'
import { MUTATIONS, mutated, STORES } from './mutations.ts'
import { PLAN, type Rules } from './rules.ts'

/**
 * Commands until the first disagreement, or null when there was none in so many. Every ninth
 * history goes for the hard stops.
 */
async function commandsToFind(
  side: () => Side,
  rules: Rules,
  most: number,
): Promise<number | null> {
  let count = 0
  for (let seed = 1; count < most; seed++) {
    const [steps] = fc.sample(seed % 9 === 0 ? guessing : history, { numRuns: 1, seed })
    try {
      count += await live(side(), rules, steps!)
    } catch (error) {
      if (error instanceof Disagreement) return count + steps!.length
      throw error
    }
  }
  return null
}

describe('the same commands tell a flaw from the plan', () => {
  it('and two sides without a flaw agree', async () => {
    expect(await commandsToFind(() => modelSide(PLAN), PLAN, 20_000)).toBeNull()
  })

  it.each(Object.keys(MUTATIONS))('%s: found within 300,000 commands', async (name) => {
    const found = await commandsToFind(() => modelSide(PLAN), mutated(name), 300_000)
    expect(found).not.toBeNull()
  })
})

describe('the library over a store with a flaw disagrees with the model', () => {
  it.each(Object.keys(STORES))('a store that %s: found within 5,000 commands', async (name) => {
    expect(await commandsToFind(() => library(STORES[name]!()), PLAN, 5_000)).not.toBeNull()
  })
})
