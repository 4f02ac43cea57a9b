import type { LoginDecision } from '../flow/login.ts'
import type { LoginAnswer } from './answers.ts'
import { challengeCookie, type CookieOptions } from './cookies.ts'
import { openWith, type SessionOpener } from './open-session.ts'
import { jsonResponse } from './responses.ts'

/** What {@link loginResponse} needs beside the decision. */
export interface LoginResponseOptions extends CookieOptions {
  request: Request
  openSession: SessionOpener
}

/**
 * The response of a portal's password login to what `login.begin` decided: `proceed` opens the
 * session with the grant, `challenge` sets the challenge cookie, `enroll` hands out the permit. The
 * body is a `LoginAnswer`; neither grant nor challenge stands in it.
 *
 * @throws what `openSession` throws.
 */
export async function loginResponse(
  decision: LoginDecision,
  { request, openSession, ...cookies }: LoginResponseOptions,
): Promise<Response> {
  switch (decision.next) {
    case 'proceed': {
      const { next, because, grant, enrollBy } = decision
      const answer: LoginAnswer = { next, because, ...(enrollBy && { enrollBy }) }
      return jsonResponse(answer, { headers: await openWith(openSession, grant, request) })
    }
    case 'challenge': {
      const { next, factors, expiresAt } = decision
      const answer: LoginAnswer = { next, factors, expiresAt }
      return jsonResponse(answer, { headers: [['Set-Cookie', challengeCookie(decision, cookies)]] })
    }
    case 'enroll': {
      const { next, permit, factors } = decision
      const answer: LoginAnswer = { next, permit, factors }
      return jsonResponse(answer)
    }
  }
}
