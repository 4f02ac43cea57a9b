// One process of a portal: a connection, a keyring and a createTwoFactor of its own. Started by
// fleet.ts, takes its orders from there.
import { createKeyring, createTwoFactor, KeystepError } from '../../src/index.ts'
import { checkThenWrite } from './check-then-write.ts'
import { open } from './engines.ts'
import type { Assignment, Attempt, Order, Report, Result } from './messages.ts'

const { place, keyring, broken } = JSON.parse(process.env['KEYSTEP_RACER']!) as Assignment
const connection = await open(place)
let at = new Date()
const twoFactor = createTwoFactor({
  issuer: 'Example Hosting',
  store: broken ? checkThenWrite(connection.store) : connection.store,
  keyring: createKeyring(keyring),
  now: () => at,
})

let loaded: { attempts: Required<Attempt>[]; persist: boolean } = { attempts: [], persist: false }

async function begin(attempt: Attempt, persist: boolean): Promise<Required<Attempt>> {
  for (;;) {
    try {
      const decision = await twoFactor.login.begin({ userId: attempt.userId })
      if (decision.next !== 'challenge')
        throw new Error(`expected a challenge, got ${decision.next}`)
      return { ...attempt, challenge: decision.challenge }
    } catch (error) {
      if (!persist || !(error instanceof KeystepError) || error.code !== 'ERR_STORE') throw error
      await pause(20)
    }
  }
}

async function load({
  at: instant,
  attempts,
  persist,
}: Extract<Order, { order: 'load' }>): Promise<void> {
  at = new Date(instant)
  const ready = async (attempt: Attempt): Promise<Required<Attempt>> =>
    attempt.challenge === undefined
      ? begin(attempt, persist)
      : { ...attempt, challenge: attempt.challenge }
  loaded = { persist, attempts: await Promise.all(attempts.map(ready)) }
  tell({ report: 'loaded' })
}

async function go(startAt: number): Promise<void> {
  await pause(startAt - Date.now() - 5)
  while (Date.now() < startAt) continue
  await Promise.all(loaded.attempts.map((attempt, index) => run(attempt, index)))
  tell({ report: 'done' })
}

/**
 * A persistent user types the code again when the page says that something broke, with a challenge
 * that is still the old one.
 */
async function run(attempt: Required<Attempt>, index: number): Promise<void> {
  for (;;) {
    const result = await verify(attempt)
    tell({ report: 'result', index, result })
    if (!loaded.persist || result.outcome !== 'thrown' || result.code !== 'ERR_STORE') return
    await pause(20)
  }
}

async function verify({ challenge, code }: Required<Attempt>): Promise<Result> {
  try {
    const verdict = await twoFactor.login.verify({ challenge, code })
    if (verdict.outcome === 'accepted')
      return { outcome: 'accepted', failuresBefore: verdict.failuresBefore }
    return {
      outcome: 'rejected',
      reason: verdict.outcome === 'rejected' ? verdict.reason : verdict.outcome,
    }
  } catch (error) {
    const { code: errorCode, cause } =
      error instanceof KeystepError ? error : { code: 'not a KeystepError', cause: error }
    return {
      outcome: 'thrown',
      code: errorCode,
      cause: cause instanceof Error ? cause.message : 'none',
    }
  }
}

function pause(millis: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, Math.max(0, millis)))
}

function tell(report: Report): void {
  // A parent that is gone is told nothing any more; the process ends by itself.
  process.send!(report, undefined, undefined, () => undefined)
}

process.on('message', (order: Order) => {
  if (order.order === 'load') void load(order)
  else if (order.order === 'go') void go(order.startAt)
  else void connection.close().then(() => process.disconnect())
})
process.on('disconnect', () => process.exit())
tell({ report: 'ready' })
