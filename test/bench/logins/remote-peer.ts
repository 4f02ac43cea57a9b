import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Figures, Turn } from '../rounds.ts'

/** What a peer does when many come at once, and how many statements a verification is. */
export interface Examination {
  readonly statements: number
  /** Of the same right code, so many times in parallel. */
  readonly accepted: number
  /** Of wrong codes, so many that it said of whether they were right. */
  readonly told: number
}

/**
 * A peer in a process of its own, with connections of its own: no peer pays for another's garbage,
 * or has its compiled code thrown out by it.
 */
export interface RemotePeer {
  readonly name: string
  readonly turn: Turn
  examine(user: number, replays: number, guesses: number): Promise<Examination>
  end(): void
}

export type Request =
  | readonly [ask: 'turn', count: number, inFlight: number]
  | readonly [ask: 'examine', user: number, replays: number, guesses: number]

export async function startPeer(
  ...place: readonly [name: string, engine: string, place: string, users: number]
): Promise<RemotePeer> {
  const child = fork(fileURLToPath(new URL('peer-process.ts', import.meta.url)), place.map(String))
  const answer = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', () => reject(new Error(`the process of ${place[0]} ended`)))
    })
  const ask = (request: Request): Promise<unknown> => {
    child.removeAllListeners()
    child.send(request)
    return answer()
  }
  const name = (await answer()) as string
  return {
    name,
    turn: (count, inFlight) => ask(['turn', count, inFlight]) as Promise<Figures>,
    examine: (user, replays, guesses) =>
      ask(['examine', user, replays, guesses]) as Promise<Examination>,
    end: () => child.disconnect(),
  }
}
