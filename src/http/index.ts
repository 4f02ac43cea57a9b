/**
 * The HTTP door: web-standard handlers, guards, cookies and a typed client, for every framework and
 * runtime.
 *
 * @module
 */
export type {
  AnswerReason,
  FactorConfirmed,
  FactorRemoved,
  Json,
  LoginAnswer,
  LoginVerified,
  RouteAnswers,
  TotpShown,
} from './answers.ts'
export type { CodeBody, NoBody, RouteBodies, RouteName } from './bodies.ts'
export { type ReadBody, readJsonBody } from './body.ts'
export {
  type ClientFetch,
  createTwoFactorClient,
  type Post,
  type TwoFactorClient,
  TwoFactorRequestError,
} from './client.ts'
export {
  challengeCookie,
  type CookieOptions,
  type CookieSource,
  deviceCookie,
  endChallengeCookie,
  endDeviceCookie,
  readChallengeCookie,
  readDeviceCookie,
} from './cookies.ts'
export { type OriginOptions, requireSameOrigin } from './csrf.ts'
export type { FailureHandler } from './failure.ts'
export type { FetchHandler } from './fetch-handler.ts'
export {
  type PermitOptions,
  requirePermit,
  requireVerified,
  type VerifiedOptions,
} from './guards.ts'
export { createTwoFactorHandler, type HandlerOptions } from './handler.ts'
export { loginResponse, type LoginResponseOptions } from './login-response.ts'
export {
  type FastifyRequest,
  type KoaContext,
  nodeHandler,
  type NodeMount,
  type NodeOptions,
} from './node.ts'
export type { NodeRequest } from './node-request.ts'
export type { FastifyReply, NodeResponse } from './node-response.ts'
export type { SessionKeeper, SessionOpener } from './open-session.ts'
export {
  answerResponse,
  errorResponse,
  type HeaderList,
  type HttpError,
  jsonResponse,
} from './responses.ts'
export type { PortalSession, SessionReader } from './session.ts'
