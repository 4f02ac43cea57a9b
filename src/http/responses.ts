import type { AnswerReason } from './answers.ts'

/** The `error` of a request that is refused before anything is looked at. */
export type HttpError =
  | 'bad_request'
  | 'no_session'
  | 'cross_origin'
  | 'second_factor_required'
  | 'permit_required'
  | 'not_found'
  | 'method_not_allowed'
  | 'too_large'
  | 'unsupported_media_type'
  | 'unavailable'

const ERRORS: Readonly<Record<HttpError, number>> = {
  bad_request: 400,
  no_session: 401,
  cross_origin: 403,
  second_factor_required: 403,
  permit_required: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  unsupported_media_type: 415,
  unavailable: 503,
}

const REASONS: Readonly<Record<AnswerReason, number>> = {
  wrong_code: 422,
  malformed_code: 422,
  clock_off: 422,
  malformed_number: 422,
  number_refused: 422,
  already_used: 409,
  factor_unavailable: 409,
  limit_reached: 409,
  required: 409,
  not_found: 404,
  expired: 410,
  exhausted: 403,
  locked: 429,
  too_soon: 429,
}

/**
 * Headers as a plain object, as pairs (which may repeat a name, such as `Set-Cookie`), or as
 * `Headers`.
 */
export type HeaderList =
  Headers | readonly (readonly [name: string, value: string])[] | Readonly<Record<string, string>>

/**
 * A JSON response that nobody may keep or read as something else: `Cache-Control: no-store`,
 * `nosniff`. Pass no secret but to show it.
 */
export function jsonResponse(
  body: object,
  {
    status = 200,
    headers = {},
  }: { status?: number | undefined; headers?: HeaderList | undefined } = {},
): Response {
  const all = new Headers(headers as HeadersInit)
  all.set('Content-Type', 'application/json')
  all.set('Cache-Control', 'no-store')
  all.set('X-Content-Type-Options', 'nosniff')
  return new Response(JSON.stringify(body), { status, headers: all })
}

/**
 * The response to a result of keystep: 200, or the status of its `reason` (`wrong_code` 422,
 * `locked` 429, `expired` 410, ...), with `Retry-After` in seconds where it says `retryAt`. Secrets
 * in it stay `[Secret]`: reveal what is to be shown. `now` is the clock, default the system's.
 */
export function answerResponse(
  answer: object,
  {
    headers,
    now = () => new Date(),
  }: { headers?: HeaderList | undefined; now?: (() => Date) | undefined } = {},
): Response {
  const { reason, retryAt } = answer as { reason?: string; retryAt?: Date }
  const status = reason === undefined ? 200 : statusOf(reason)
  const response = jsonResponse(answer, { status, headers })
  if (retryAt)
    response.headers.set(
      'Retry-After',
      String(Math.max(1, Math.ceil((retryAt.getTime() - now().getTime()) / 1000))),
    )
  return response
}

/**
 * The response to a request that is refused before anything is looked at: `{ "error": "..." }`, the
 * same bytes for everybody.
 */
export function errorResponse(error: HttpError, headers?: HeaderList): Response {
  return jsonResponse({ error }, { status: ERRORS[error], headers })
}

/** A reason that a newer keystep gives is a conflict, and never a success. */
function statusOf(reason: string): number {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason as AnswerReason] : 409
}
