import { beforeAll, describe, expect, it } from 'vitest'
import { type Engine, engines, isHere } from './engines.ts'
import { ATTEMPTS_PER_PROCESS, PROCESSES, type Row, runRaces } from './run-races.ts'
import { attacks, honest, type Scenario } from './scenarios.ts'

const present = await Promise.all(engines.map(isHere))
const here = engines.filter((_, index) => present[index])
/** The races that tell most; `npm run test:races` runs the control through all of them. */
const controls = attacks.filter(({ name }) =>
  ['the same code', 'one challenge, 41 right codes', 'wrong codes'].includes(name),
)

/** One fleet for all the races of an engine, before its tests look at the rows. */
function raceBefore(
  engine: Engine,
  scenarios: readonly Scenario[],
  broken: boolean,
): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>()
  beforeAll(async () => {
    for await (const row of runRaces(engine, scenarios, broken)) rows.set(row.race, row)
  }, 300_000)
  return rows
}

describe.each(here)('%s, 8 processes with a connection and a createTwoFactor each', (engine) => {
  const rows = raceBefore(engine, [...attacks, ...honest], false)

  it.each(attacks.map(({ name }) => name))(
    'V2, V6, V9: %s: every verdict is a committed debit',
    (name) => {
      expect(rows.get(name)).toMatchObject({
        attempts: PROCESSES * ATTEMPTS_PER_PROCESS,
        findings: [],
      })
    },
  )
  it.each(honest.map(({ name }) => name))(
    '%s: whoever is right gets in, and nothing throws',
    (name) => {
      expect(rows.get(name)).toMatchObject({ findings: [] })
    },
  )
})

describe.each(here)('%s under a store that checks and then writes', (engine) => {
  const rows = raceBefore(engine, controls, true)

  it.each(controls.map(({ name }) => name))('%s: the race finds it', (name) => {
    const row = rows.get(name)!
    expect(row.accepted + row.verdicts).toBeGreaterThan(row.mayBeAccepted + row.budget)
    expect(row.findings).toContainEqual(expect.stringContaining('in the record'))
  })
})
