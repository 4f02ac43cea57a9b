/**
 * The answer to one call: what the caller needs next stands on the accepted branch alone, so that
 * it cannot be reached without looking. Narrow by `outcome`, then `switch` on `reason`.
 */
export type Outcome<T, R extends string> =
  ({ outcome: 'accepted' } & T) | { outcome: 'rejected'; reason: R }

/**
 * Why a code opened nothing. Exactly one reason, and nothing about it was disclosed before it was
 * committed.
 */
export type Rejection =
  | {
      outcome: 'rejected'
      /** The code is wrong. */
      reason: 'wrong_code'
      /**
       * Wrong codes left before the next lock. Without it this one was not counted: a backup or
       * support code.
       */
      attemptsLeft?: number
      /** When this one locked: the instant from which a code is looked at again. */
      retryAt?: Date
    }
  /** Right, but used before; not counted. If the user did not do it, somebody else did. */
  | { outcome: 'rejected'; reason: 'already_used' }
  /**
   * Too many wrong codes; none is looked at before `retryAt` (RFC 4226 7.3), but for a backup or
   * support code: a right one is accepted at any time.
   */
  | { outcome: 'rejected'; reason: 'locked'; retryAt: Date }
  /**
   * The hard stop (63B-4 3.2.2): only a right backup code, a support code or support itself helps.
   */
  | { outcome: 'rejected'; reason: 'exhausted' }
  /** The challenge or token ended: begin again. */
  | { outcome: 'rejected'; reason: 'expired' }
  /** Not the shape of any code that this user has; not counted. */
  | { outcome: 'rejected'; reason: 'malformed_code' }
  /** The user has no such factor, or it cannot be used here; not counted. */
  | { outcome: 'rejected'; reason: 'factor_unavailable' }

/**
 * The answer to a code. `failuresBefore`: wrong codes since the last success, for "3 wrong codes
 * before this login: was this you?".
 */
export type Verdict<T> = ({ outcome: 'accepted'; failuresBefore: number } & T) | Rejection

/** The answer to a change of factors, codes or devices. */
export type Change<T, R extends string = 'expired' | 'not_found' | 'required'> = Outcome<T, R>

/** A rejection that carries nothing but its reason. @internal */
export function rejected<R extends string>(reason: R): { outcome: 'rejected'; reason: R } {
  return { outcome: 'rejected', reason }
}
