import { type ChildProcess, fork } from 'node:child_process'
import type { Assignment, Attempt, Order, Report, Result } from './messages.ts'
import { racerProgram } from './racer-program.ts'

/** Between the last process's "loaded" and the shot: every process has the order by then. */
const AIM_MS = 60

/** One process of the portal, as its parent sees it. */
export interface Racer {
  load(at: Date, attempts: readonly Attempt[], persist?: boolean): Promise<void>
  /**
   * Fires what is loaded; comes back when every attempt has its verdict, or the process is dead.
   */
  go(startAt: number, onResult: (result: Result, index: number) => void): Promise<'done' | 'dead'>
  /** `kill -9`. */
  kill(): void
  end(): Promise<void>
}

/** Starts a process and waits until it is connected. */
export async function startRacer(assignment: Assignment): Promise<Racer> {
  const child = fork(await racerProgram(), [], {
    execArgv: [],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      KEYSTEP_RACER: JSON.stringify(assignment),
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await next(child, 'ready')
  return {
    load: async (at, attempts, persist = false) => {
      const loaded = next(child, 'loaded')
      send(child, { order: 'load', at: at.toISOString(), attempts, persist })
      await loaded
    },
    go: (startAt, onResult) => {
      const finished = next(child, 'done', onResult).then(
        () => 'done' as const,
        () => 'dead' as const,
      )
      send(child, { order: 'go', startAt })
      return finished
    },
    kill: () => void child.kill('SIGKILL'),
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      send(child, { order: 'end' })
      await gone
    },
  }
}

/** Several processes, released together. */
export interface Fleet {
  /**
   * Deals the attempts out, one process after the other, and fires them all at one instant. Results
   * are in the order of the attempts.
   */
  race(at: Date, attempts: readonly Attempt[]): Promise<Result[]>
  end(): Promise<void>
}

export async function startFleet(assignment: Assignment, processes: number): Promise<Fleet> {
  const racers = await Promise.all(Array.from({ length: processes }, () => startRacer(assignment)))
  const race = async (at: Date, attempts: readonly Attempt[]): Promise<Result[]> => {
    const hands = racers.map((_, racer) =>
      attempts
        .map((attempt, index) => ({ attempt, index }))
        .filter(({ index }) => index % processes === racer),
    )
    await Promise.all(
      racers.map((racer, i) =>
        racer.load(
          at,
          hands[i]!.map(({ attempt }) => attempt),
        ),
      ),
    )
    const results: Result[] = []
    const startAt = Date.now() + AIM_MS
    const ends = await Promise.all(
      racers.map((racer, i) =>
        racer.go(startAt, (result, index) => (results[hands[i]![index]!.index] = result)),
      ),
    )
    if (ends.includes('dead')) throw new Error('a process of the fleet died')
    return results
  }
  const end = async (): Promise<void> => {
    await Promise.all(racers.map((racer) => racer.end()))
  }
  return { race, end }
}

function send(child: ChildProcess, order: Order): void {
  // To a process that is dead already there is nothing to say; whoever waits for it is told by its
  // exit.
  child.send(order, () => undefined)
}

/**
 * The next report of a kind. Results on the way are handed on; the death of the process rejects,
 * once all it said was read.
 */
function next(
  child: ChildProcess,
  kind: 'ready' | 'loaded' | 'done',
  onResult?: (result: Result, index: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const hear = (report: Report): void => {
      if (report.report === 'result') onResult?.(report.result, report.index)
      else if (report.report === kind) end(resolve)
    }
    const mourn = (): void => end(() => reject(new Error('the process ended')))
    const end = (settle: () => void): void => {
      child.off('message', hear)
      child.off('disconnect', mourn)
      settle()
    }
    child.on('message', hear)
    // The channel ends after the last message in it, however the process died.
    child.on('disconnect', mourn)
    if (!child.connected) mourn()
  })
}
