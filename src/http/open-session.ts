import { KeystepError } from '../errors.ts'
import { LoginGrant } from '../flow/grant.ts'
import type { HeaderList } from './responses.ts'

/**
 * Opens the portal's session for a grant, under a new session id, and returns the headers that say
 * so (`Set-Cookie`).
 */
export type SessionOpener = (
  grant: LoginGrant,
  request: Request,
) => HeaderList | Promise<HeaderList>

/**
 * Writes the security stamp into the session of the request, under the id that it has; headers
 * where the session lives in a cookie.
 */
export type SessionKeeper = (
  securityStamp: string,
  request: Request,
) => HeaderList | undefined | Promise<HeaderList | undefined>

/**
 * The only place that calls the portal's opener: with a grant that keystep made, or not at all
 * (V11, V13). @throws `ERR_GRANT`
 */
export async function openWith(
  open: SessionOpener,
  grant: LoginGrant,
  request: Request,
): Promise<Headers> {
  if (!LoginGrant.isGrant(grant))
    throw new KeystepError('ERR_GRANT', 'a session is opened with a grant of keystep alone')
  return new Headers((await open(grant, request)) as HeadersInit)
}
