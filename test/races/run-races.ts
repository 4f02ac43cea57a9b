import { type Engine, makePlace, open } from './engines.ts'
import { startFleet } from './fleet.ts'
import { type Judgement, judge } from './judge.ts'
import { openPortal } from './portal.ts'
import type { Scenario } from './scenarios.ts'

export const PROCESSES = 8
export const ATTEMPTS_PER_PROCESS = 30
/**
 * On a busy machine the processes may come one after the other, and then even the control is right:
 * it races until it was wrong once.
 */
const CONTROL_TURNS = 5

/** One line of the table. */
export interface Row extends Judgement {
  readonly engine: Engine
  readonly race: string
  readonly attempts: number
  readonly mayBeAccepted: number
  readonly budget: number
}

/**
 * Runs one scenario after the other. With `broken` the racers use the control store; the portal
 * that enrolls and looks never does.
 */
export async function* runRaces(
  engine: Engine,
  scenarios: readonly Scenario[],
  broken = false,
): AsyncGenerator<Row> {
  const { place, remove } = await makePlace(engine)
  const connection = await open(place)
  const portal = openPortal(connection.store)
  const fleet = await startFleet({ place, keyring: portal.keyring, broken }, PROCESSES)
  try {
    for (const [index, { name, prepare }] of scenarios.entries()) {
      for (let turn = 1; ; turn++) {
        const race = await prepare(
          portal,
          `user ${index}, turn ${turn}`,
          PROCESSES * ATTEMPTS_PER_PROCESS,
        )
        const results = await fleet.race(portal.at, race.attempts)
        const judgement = await judge(portal, race, results)
        const wentWrong =
          judgement.accepted + judgement.verdicts > race.accepted + race.budget &&
          judgement.findings.length > 0
        if (broken && !wentWrong && turn < CONTROL_TURNS) continue
        yield {
          engine,
          race: name,
          attempts: race.attempts.length,
          mayBeAccepted: race.accepted,
          budget: race.budget,
          ...judgement,
        }
        break
      }
    }
  } finally {
    await fleet.end()
    await connection.close()
    await remove()
  }
}
