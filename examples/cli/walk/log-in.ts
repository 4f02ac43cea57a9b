import type { LoginGrant } from 'keystep'
import type { Account } from '../portal/accounts.ts'
import { say } from '../terminal/screen.ts'
import { askWhoFailed, count } from '../words.ts'
import { answerChallenge } from './answer-challenge.ts'
import type { Guest, Walker } from './walker.ts'

/** Name and password, then a code where two-factor is on. Null when the user goes back. */
export async function logIn(walker: Walker): Promise<Guest | null> {
  const { portal, prompt } = walker
  const name = await prompt.ask('Name: ')
  const account = await portal.accounts.check(
    name,
    await prompt.askSecret('Password (not shown): '),
  )
  if (account) return enter(walker, account)
  say('No account has this name and this password.')
  return null
}

/** From the right password to a session: keystep decides what has to come between. */
export async function enter(walker: Walker, account: Account): Promise<Guest | null> {
  const { login } = walker.portal.twoFactor
  const firstFactorAt = new Date().toISOString()
  const begun = await login.begin({ userId: account.id, expectEnrolled: account.isEnrolled })
  if (begun.next === 'enroll') throw new Error('this demo requires no second factor')
  if (begun.next === 'proceed') return guest(walker, account, begun.grant, firstFactorAt)

  say(
    'The password is right. Now the second factor: the code that your app shows, or one of your backup codes.',
  )
  const verdict = await answerChallenge(walker.prompt, (code) =>
    login.verify({ challenge: begun.challenge, code }),
  )
  if (verdict?.outcome !== 'accepted') return null
  say('You are logged in.', ...askWhoFailed(verdict.failuresBefore))
  const left = verdict.backupCodesLeft ?? 0
  if (left <= 3)
    say(`Only ${count(left, 'backup code', 'backup codes')} left: it is time to make new ones.`)
  return guest(walker, account, verdict.grant, firstFactorAt)
}

function guest(walker: Walker, account: Account, grant: LoginGrant, firstFactorAt: string): Guest {
  return { ...walker, account, session: walker.portal.sessions.open(grant, firstFactorAt) }
}
