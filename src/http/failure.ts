import { KeystepError } from '../errors.ts'
import { errorResponse } from './responses.ts'

/**
 * Told of everything that became a 503: a {@link KeystepError}, or what a function of the portal's
 * own threw.
 */
export type FailureHandler = (error: unknown) => void | Promise<void>

/**
 * The response to an exception. A token of the wrong kind came from the client: 400. All else is an
 * operator's matter: reported, and a 503 that says nothing, so that an outage looks like neither a
 * wrong code nor an accepted one.
 */
export function failureResponse(
  error: unknown,
  onError: FailureHandler = (one) => {
    console.error(one)
  },
): Response {
  if (error instanceof KeystepError && error.code === 'ERR_TOKEN_KIND')
    return errorResponse('bad_request')
  void report(error, onError)
  return errorResponse('unavailable')
}

async function report(error: unknown, onError: FailureHandler): Promise<void> {
  try {
    await onError(error)
  } catch {
    // A reporter that fails has nobody left to report to.
  }
}
