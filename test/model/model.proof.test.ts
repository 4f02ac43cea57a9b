import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { proofSize } from '../proof-size.ts'
import { live } from './agree.ts'
import type { Step } from './command.ts'
import { guessing, history } from './histories.ts'
import { type Invariant, INVARIANTS, observer } from './invariants.ts'
import { library } from './library.ts'
import { PLAN } from './rules.ts'

const COMMANDS = proofSize({ proof: 200_000, daily: 10_000 })
const HISTORIES_AT_ONCE = 20

/**
 * Lives histories of fast-check's until there were so many commands; what disagrees is thrown,
 * shrunk to its shortest.
 */
async function liveThrough(
  commands: number,
  watcher: ReturnType<typeof observer>,
): Promise<number> {
  let count = 0
  const one = async (steps: Step[]): Promise<void> => {
    watcher.begin()
    count += await live(library(), PLAN, steps, watcher)
  }
  for (let seed = 1; count < commands; seed++) {
    await fc.assert(fc.asyncProperty(history, one), { numRuns: HISTORIES_AT_ONCE, seed })
    await fc.assert(fc.asyncProperty(guessing, one), { numRuns: 1, seed })
  }
  return count
}

describe(`the library and the model over ${COMMANDS} commands`, () => {
  const watcher = observer()
  let lived: Promise<number>
  beforeAll(() => {
    lived = liveThrough(COMMANDS, watcher)
    // Each test below waits for it; here it must not fail before they do.
    lived.catch(() => undefined)
  })

  it('agree on every result, event, write and security page; two commands at once come to one of their two orders', async () => {
    const count = await lived
    console.log(
      `${count} commands, ${Object.entries(watcher.tested)
        .map(([name, times]) => `${name} ${times}`)
        .join(', ')}`,
    )
    expect(count).toBeGreaterThanOrEqual(COMMANDS)
  }, 3_600_000)

  it.each(Object.entries(INVARIANTS))(
    '%s: %s',
    async (name) => {
      await lived
      expect(watcher.broken[name as Invariant]).toEqual([])
      // It was put to the test, and not seldom.
      expect(watcher.tested[name as Invariant]).toBeGreaterThan(COMMANDS / 5_000)
    },
    3_600_000,
  )
})
