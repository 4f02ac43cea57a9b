import { createTwoFactorHandler } from 'keystep/http'
import { type Case, equal } from './case.ts'
import { enroll, openPortal, SESSION } from './portal.ts'

const session = { userId: 'u-1', sessionId: SESSION, account: 'ann' }

export const httpCases: readonly Case[] = [
  {
    name: 'http: the handler answers by the Request and Response of the runtime',
    run: async () => {
      const portal = openPortal()
      await enroll(portal, session.userId)
      const handler = createTwoFactorHandler(portal.twoFactor, {
        session: () => session,
        openSession: () => new Headers(),
      })
      const ask = async (path: string, init?: RequestInit) =>
        handler(new Request(`https://portal.example${path}`, init))
      const post = (body: string): RequestInit => ({
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })

      const status = await ask('/two-factor/status')
      equal(
        [status?.status, ((await status?.json()) as { backupCodesLeft: number }).backupCodesLeft],
        [200, 10],
      )
      const begun = await ask('/two-factor/step-up/begin', post('{ "purpose": "manage_factors" }'))
      equal(((await begun?.json()) as { next: string }).next, 'challenge')
      equal((await ask('/two-factor/step-up/begin', post('{')))?.status, 400)
      equal((await ask('/two-factor/nowhere'))?.status, 404)
      equal(await ask('/elsewhere'), null)
    },
  },
]
