import { codeAt } from './hotp.ts'
import { matchCounters } from './match-counters.ts'
import { requireInstant, requireInteger, requireOptions } from './option-checks.ts'
import type { OtpKey } from './otp-key.ts'
import { resolvePeriod, type TotpParams } from './otp-params.ts'

const MAX_STEPS = 10
const DEFAULT_WINDOW: TotpWindow = { past: 1, future: 1 }

/** How many time steps before and after the expected one are tried too: integers from 0 to 10. */
export interface TotpWindow {
  past: number
  future: number
}

/** Which instant {@link totpStep} numbers. */
export interface TotpStepOptions {
  /** A valid date, not before 1970. */
  at: Date
  /** Seconds of a time step, an integer from 1 to 300. Default 30. */
  periodSeconds?: number | undefined
}

/** Which code {@link generateTotp} makes. */
export interface GenerateTotpOptions extends TotpParams {
  /** The instant whose code is made: a valid date, not before 1970. */
  at: Date
}

/** What {@link verifyTotp} compares with. */
export interface VerifyTotpOptions extends TotpParams {
  /** Now: a valid date, not before 1970. */
  at: Date
  /**
   * `step` of this key's last accepted code, or null when there is none. Required: no code counts
   * twice (RFC 6238 5.2).
   */
  lastUsedStep: number | null
  /** Default one step each way: the network delay of RFC 6238 5.2. */
  window?: TotpWindow | undefined
  /**
   * Steps by which this clock was last seen ahead (or, negative, behind), -10 to 10; the window
   * moves with it. Default 0.
   */
  drift?: number | undefined
}

/** A code that matched, and what to remember of it. */
export interface TotpMatch {
  /**
   * The time step whose code was typed. Keep it as the next `lastUsedStep`, in the same write that
   * grants access.
   */
  readonly step: number
  /** Steps by which the authenticator's clock is ahead (or, negative, behind) now (RFC 6238 6). */
  readonly drift: number
}

/**
 * The number of the time step that an instant lies in (T of RFC 6238 4.2, with T0 = 0).
 *
 * @throws `ERR_OPTION` for an option of the wrong type or out of range.
 */
export function totpStep(options: TotpStepOptions): number {
  const { at, periodSeconds } = requireOptions(options)
  return Math.floor(requireInstant(at) / (resolvePeriod(periodSeconds) * 1000))
}

/**
 * The code of an instant (RFC 6238 4), with its leading zeros.
 *
 * @throws `ERR_KEY` for anything but an OtpKey; `ERR_OPTION` for an option of the wrong type or out
 *   of range.
 */
export function generateTotp(key: OtpKey, options: GenerateTotpOptions): string {
  return codeAt(key, totpStep(options), options)
}

/**
 * Looks for the typed code in the steps around now, accepting only steps after `lastUsedStep` (RFC
 * 6238 5.2). Every step of the window is computed and compared, wherever a match lies. Of several
 * that match the last is taken, so that the same six digits cannot be accepted again for a later
 * one.
 *
 * @param code what the user typed, as a string. White space, dashes and invisible characters are
 *   dropped, and so are quotes and punctuation around it; digits of every script count by their
 *   value. Anything but exactly `digits` digits is null then.
 * @returns null when nothing matches, whatever was typed. Count attempts: this function cannot (RFC
 *   4226 7.3, 63B-4 3.2.2).
 * @throws `ERR_KEY` for anything but an OtpKey; `ERR_OPTION` for an option of the wrong type or out
 *   of range.
 */
export function verifyTotp(
  key: OtpKey,
  code: string,
  options: VerifyTotpOptions,
): TotpMatch | null {
  const now = totpStep(options)
  const { lastUsedStep, window = DEFAULT_WINDOW, drift = 0 } = options
  const floor = resolveFloor(lastUsedStep)
  const center = now + requireInteger('drift', drift, -MAX_STEPS, MAX_STEPS)
  const step = matchCounters(key, code, stepsAround(center, window), options).at(-1)
  return step !== undefined && step > floor ? { step, drift: step - now } : null
}

/**
 * The last step that counts as used; undefined is refused, because forgetting the floor would open
 * replay silently.
 */
function resolveFloor(lastUsedStep: unknown): number {
  return lastUsedStep === null
    ? -1
    : requireInteger('lastUsedStep, unless null,', lastUsedStep, 0, Number.MAX_SAFE_INTEGER)
}

/** The steps of a window, ascending. Time began with step 0, so none lies below it. */
function stepsAround(center: number, window: TotpWindow): number[] {
  const { past, future } = requireOptions(window)
  const first = center - requireInteger('window.past', past, 0, MAX_STEPS)
  const last = center + requireInteger('window.future', future, 0, MAX_STEPS)
  const steps: number[] = []
  for (let step = Math.max(first, 0); step <= last; step++) steps.push(step)
  return steps
}
