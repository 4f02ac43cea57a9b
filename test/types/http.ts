import type { LoginGrant, TwoFactor } from 'keystep'
import { createTwoFactorHandler, loginResponse, nodeHandler, requirePermit, requireVerified, type SessionReader } from 'keystep/http'
import { createTwoFactorClient } from 'keystep/http/client'

declare const twoFactor: TwoFactor
declare const session: SessionReader
declare const request: Request
declare function openSession(grant: LoginGrant): Record<string, string>

// Sessions are found and opened by functions that have to be there, and opened with a grant.
createTwoFactorHandler(twoFactor, { session }) // fails: TS2345
createTwoFactorHandler(twoFactor, { openSession }) // fails: TS2345
createTwoFactorHandler(twoFactor, { session: () => ({ userId: 7, sessionId: 's', account: 'ada' }), openSession }) // fails: TS2322
createTwoFactorHandler(twoFactor, { session, openSession: (permit: string) => ({ 'Set-Cookie': permit }) }) // fails: TS2322
createTwoFactorHandler(twoFactor, { session, openSession, skipSecondFactor: true }) // fails: TS2353
await loginResponse({ next: 'proceed', because: 'not_enrolled', grant: { userId: 'ada' } }, { request, openSession }) // fails: missing-members
const handler = createTwoFactorHandler(twoFactor, { session, openSession })

// A guard names what it asks for, and a handler that may pass a request on is no response.
requireVerified({ twoFactor, session }) // fails: TS2345
requireVerified({ twoFactor, session, minimum: 'password' }) // fails: TS2322
requirePermit('dns.change') // fails: TS2554
const response: Response = await handler(request) // fails: TS2322
const answered: Response = (await handler(request)) ?? new Response(null, { status: 404 })
nodeHandler(() => null) // fails: TS2322

// Bodies and answers of the client are those of the routes.
const client = createTwoFactorClient(fetch)
await client.login.verify({ challenge: 'ksc_x' }) // fails: TS2345
await client.login.verify({ code: 123456 }) // fails: TS2322
await client.login.verify({ code: '1', rememberMe: true }) // fails: TS2353
await client.factors.removeAll({}) // fails: TS2345
const answer = await client.login.verify({ code: '123456' })
answer.backupCodesLeft // fails: TS2339
if (answer.outcome === 'accepted') answer.grant // fails: TS2339
if (answer.outcome === 'rejected' && answer.reason === 'locked') answer.retryAt.getTime() // fails: TS2339
if (answer.outcome === 'rejected' && answer.reason === 'locked') new Date(answer.retryAt)
client.status() // fails: no-floating-promises
