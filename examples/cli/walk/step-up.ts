import { MANAGE_FACTORS } from 'keystep'
import { say } from '../terminal/screen.ts'
import { answerChallenge } from './answer-challenge.ts'
import type { Guest } from './walker.ts'

/**
 * A permit to change factors or backup codes: it costs a code once a factor is there, else a fresh
 * password. Null when the user goes back.
 */
export async function stepUp({ portal, prompt, account, session }: Guest): Promise<string | null> {
  const { begin, verify } = portal.twoFactor.stepUp
  for (;;) {
    const step = await begin({ ...session, purpose: MANAGE_FACTORS })
    if (step.next === 'proceed') return step.permit
    if (step.next === 'challenge') {
      say('This changes who can get into your account, so it takes a code of its own.')
      const verdict = await answerChallenge(prompt, (code) =>
        verify({ ...session, challenge: step.challenge, code }),
      )
      return verdict?.outcome === 'accepted' ? verdict.permit : null
    }
    say('It is more than 10 minutes since you gave your password.')
    if (
      !(await portal.accounts.check(account.name, await prompt.askSecret('Password (not shown): ')))
    ) {
      say('That is not your password.')
      return null
    }
    session.firstFactorAt = new Date().toISOString()
    portal.sessions.keep(session)
  }
}
