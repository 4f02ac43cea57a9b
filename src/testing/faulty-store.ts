import { KeystepError } from '../errors.ts'
import type { RecordStore } from '../stores/record-store.ts'

/** How often each fault strikes: chances from 0 to 1, each 0.1 by default. */
export interface FaultOptions {
  /** An integer: the same seed and the same calls give the same faults. */
  seed: number
  /** `get` and `keys` fail. */
  errorOnRead?: number | undefined
  /** `put` and `delete` fail and have written nothing. */
  errorBeforeWrite?: number | undefined
  /** `put` and `delete` fail and have written: the acknowledgement was lost. */
  errorAfterWrite?: number | undefined
  /** A write arrives twice, at once or later, and either answer may be the one that comes back. */
  duplicateDelivery?: number | undefined
  /** A call waits before and after, so that others overtake it. */
  delay?: number | undefined
  /**
   * The longest delay, 0 to 60 seconds. Default 0: a few turns of the event loop's own queue, which
   * costs no time.
   */
  maxDelaySeconds?: number | undefined
}

/** Where an injected fault struck. */
export type FaultStage = 'read' | 'before write' | 'after write'

/**
 * The error that {@link faultyStore} throws in place of an engine; keystep passes it on as the
 * `cause` of an `ERR_STORE`.
 */
export class InjectedFault extends Error {
  override readonly name = 'InjectedFault'
  readonly stage: FaultStage

  constructor(stage: FaultStage) {
    super(`injected fault: ${stage}`)
    this.stage = stage
  }
}

/** A store that fails as engines and networks do. */
export interface FaultyStore extends RecordStore {
  /** How many faults struck so far. */
  readonly injected: Readonly<Record<FaultStage | 'duplicate' | 'delay', number>>
  /** Delivers the duplicates that are still under way. */
  settle(): Promise<void>
}

/**
 * Wraps a store and injects faults by seed, to try what a portal, or keystep itself, makes of them:
 * an outage must look like neither a wrong code nor an accepted one, and give no attempt back.
 *
 * @throws `ERR_OPTION` for a seed that is no integer, a chance outside of 0 to 1, or a delay out of
 *   range.
 */
export function faultyStore(store: RecordStore, o: FaultOptions): FaultyStore {
  const random = randomBySeed(o.seed)
  const chances = {
    'read': chance('errorOnRead', o.errorOnRead),
    'before write': chance('errorBeforeWrite', o.errorBeforeWrite),
    'after write': chance('errorAfterWrite', o.errorAfterWrite),
    'duplicate': chance('duplicateDelivery', o.duplicateDelivery),
    'delay': chance('delay', o.delay),
  }
  const maxDelaySeconds = within('maxDelaySeconds', o.maxDelaySeconds ?? 0, 60)
  const injected = { 'read': 0, 'before write': 0, 'after write': 0, 'duplicate': 0, 'delay': 0 }
  const underWay: (() => Promise<unknown>)[] = []

  const strikes = (fault: keyof typeof injected): boolean => {
    if (random() >= chances[fault]) return false
    injected[fault]++
    return true
  }
  const fail = (stage: FaultStage): void => {
    if (strikes(stage)) throw new InjectedFault(stage)
  }
  const pause = async (): Promise<void> => {
    if (!strikes('delay')) return
    if (maxDelaySeconds > 0)
      await new Promise((resolve) => setTimeout(resolve, random() * maxDelaySeconds * 1000))
    else for (let turns = 1 + Math.floor(random() * 20); turns > 0; turns--) await Promise.resolve()
  }
  const settle = async (): Promise<void> => {
    for (let late = underWay.shift(); late; late = underWay.shift())
      await late().catch(() => undefined)
  }

  const read = async <T>(call: () => Promise<T>): Promise<T> => {
    await pause()
    fail('read')
    const answer = await call()
    await pause()
    return answer
  }
  const write = async <T>(call: () => Promise<T>): Promise<T> => {
    await pause()
    if (underWay.length > 0 && random() < 0.5) await settle()
    fail('before write')
    let answer = await call()
    if (strikes('duplicate')) {
      const kind = Math.floor(random() * 3)
      if (kind === 0) underWay.push(call)
      else if (kind === 1) await call()
      else answer = await call()
    }
    fail('after write')
    await pause()
    return answer
  }

  return {
    injected,
    settle,
    get: (key) => read(() => store.get(key)),
    put: (key, value, options) => write(() => store.put(key, value, options)),
    delete: (key, options) => write(() => store.delete(key, options)),
    keys: (options) => read(() => store.keys(options)),
  }
}

function chance(name: string, value = 0.1): number {
  return within(name, value, 1)
}

function within(name: string, value: number, max: number): number {
  if (value >= 0 && value <= max) return value
  throw new KeystepError('ERR_OPTION', `${name} must be a number from 0 to ${max}`)
}

/** mulberry32: small, and good enough to spread faults. Never for anything secret. */
function randomBySeed(seed: number): () => number {
  if (!Number.isInteger(seed)) throw new KeystepError('ERR_OPTION', 'seed must be an integer')
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
