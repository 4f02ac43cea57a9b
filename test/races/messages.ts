import type { Place } from './engines.ts'

/** What a racer process is born with, in its environment. */
export interface Assignment {
  readonly place: Place
  /** The keyring that all processes of a portal share. */
  readonly keyring: string
  /** Runs over the control, a store that checks and then writes. */
  readonly broken: boolean
}

/** One code to be typed; without a challenge the racer begins a login of its own for it. */
export interface Attempt {
  readonly userId: string
  readonly code: string
  readonly challenge?: string
}

/** What came of an attempt, as far as a process boundary lets it through. */
export type Result =
  | { readonly outcome: 'accepted'; readonly failuresBefore: number }
  | { readonly outcome: 'rejected'; readonly reason: string }
  /** An exception: its code, and what stood in its cause. */
  | { readonly outcome: 'thrown'; readonly code: string; readonly cause: string }

export type Order =
  /**
   * Get everything ready: challenges are begun, nothing is verified. `at` is what the portal's
   * clock shows.
   */
  | {
      readonly order: 'load'
      readonly at: string
      readonly attempts: readonly Attempt[]
      readonly persist: boolean
    }
  /** Fire everything at one instant of the machine's clock, milliseconds since 1970. */
  | { readonly order: 'go'; readonly startAt: number }
  | { readonly order: 'end' }

export type Report =
  | { readonly report: 'ready' | 'loaded' | 'done' }
  /** Sent the moment the verdict is known: from here on it is disclosed. */
  | { readonly report: 'result'; readonly index: number; readonly result: Result }
