import { KeystepError } from '../errors.ts'

/** A span of time; the parts add up, and may be negative. */
export interface Span {
  days?: number | undefined
  hours?: number | undefined
  minutes?: number | undefined
  seconds?: number | undefined
}

/** A clock that moves only when it is told to. Pass it as `now`: it is the function itself. */
export interface FakeClock {
  /** The instant that the clock shows. */
  (): Date
  /**
   * Moves the clock and returns the new instant. @throws `ERR_OPTION` when the span is not a number
   */
  advance(span: Span): Date
  /**
   * Sets the clock to an instant (a `Date` or ISO text) and returns it. @throws `ERR_OPTION` when
   * it is no instant
   */
  set(instant: Date | string): Date
}

/**
 * A clock for tests: `createTwoFactor({ now: clock })`, then `clock.advance({ seconds: 30 })` for
 * the next code.
 *
 * @param start Default 2026-01-01T00:00:00Z, so that a test gives the same on every day.
 * @throws `ERR_OPTION` when `start` is no instant.
 */
export function fakeClock(start: Date | string = '2026-01-01T00:00:00Z'): FakeClock {
  let millis = millisOf(start)
  const set = (instant: Date | string): Date => {
    millis = millisOf(instant)
    return new Date(millis)
  }
  const advance = ({ days = 0, hours = 0, minutes = 0, seconds = 0 }: Span): Date =>
    set(new Date(millis + Math.round(((days * 24 + hours) * 3600 + minutes * 60 + seconds) * 1000)))
  return Object.assign((): Date => new Date(millis), { advance, set })
}

function millisOf(instant: Date | string): number {
  const given: unknown = instant
  const millis =
    given instanceof Date || typeof given === 'string' ? new Date(given).getTime() : NaN
  if (Number.isNaN(millis))
    throw new KeystepError('ERR_OPTION', 'a fake clock takes a Date or an ISO 8601 text')
  return millis
}
