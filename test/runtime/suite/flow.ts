import { LoginGrant } from 'keystep'
import { acceptedOf, type Case, equal, holds } from './case.ts'
import { enroll, login, nextCode, openPortal, SESSION } from './portal.ts'

const userId = 'u-1'

export const flowCases: readonly Case[] = [
  {
    name: 'flow: enroll, log in, step up, reset',
    run: async () => {
      const portal = openPortal()
      const { twoFactor } = portal
      equal((await twoFactor.login.begin({ userId })).next, 'proceed')
      const { key, backupCodes } = await enroll(portal, userId)
      equal(backupCodes.length, 10)

      const code = nextCode(portal, key)
      const { grant } = acceptedOf(await login(portal, userId, code))
      holds(
        grant instanceof LoginGrant && grant.userId === userId && grant.assurance === 'mfa',
        'the grant says who and how',
      )
      equal(await login(portal, userId, code), { outcome: 'rejected', reason: 'already_used' })

      const asked = { userId, sessionId: SESSION, purpose: 'dns.change' }
      const step = await twoFactor.stepUp.begin(asked)
      if (step.next !== 'challenge') throw new Error(`expected a challenge, got ${step.next}`)
      const { permit } = acceptedOf(
        await twoFactor.stepUp.verify({
          challenge: step.challenge,
          code: nextCode(portal, key),
          sessionId: SESSION,
        }),
      )
      equal(acceptedOf(await twoFactor.stepUp.check({ ...asked, permit })).grant.userId, userId)
      equal(await twoFactor.stepUp.check({ ...asked, permit, sessionId: 'another' }), {
        outcome: 'rejected',
        reason: 'expired',
      })

      await twoFactor.recovery.reset({ userId, actor: 'support', reason: 'phone lost' })
      equal(await twoFactor.stepUp.check({ ...asked, permit }), {
        outcome: 'rejected',
        reason: 'expired',
      })
      equal((await twoFactor.login.begin({ userId })).next, 'challenge')
    },
  },
  {
    name: 'flow: a backup code logs in once',
    run: async () => {
      const portal = openPortal()
      const {
        backupCodes: [code = ''],
      } = await enroll(portal, userId)
      equal(acceptedOf(await login(portal, userId, code)).backupCodesLeft, 9)
      equal(await login(portal, userId, code), { outcome: 'rejected', reason: 'already_used' })
    },
  },
  {
    name: 'flow: V1, twenty guesses at once are twenty debits, and five of them lock',
    run: async () => {
      const portal = openPortal()
      const { key } = await enroll(portal, userId)
      const right = nextCode(portal, key)
      const wrong = right.replace(/\d$/, (digit) => String((Number(digit) + 5) % 10))
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => login(portal, userId, wrong)),
      )
      const reasons = outcomes
        .map((verdict) => (verdict.outcome === 'rejected' ? verdict.reason : verdict.outcome))
        .sort()
      equal(reasons, [...Array<string>(15).fill('locked'), ...Array<string>(5).fill('wrong_code')])
      equal((await login(portal, userId, right)).outcome, 'rejected')
    },
  },
  {
    name: 'flow: V9, one code in ten logins at once opens one',
    run: async () => {
      const portal = openPortal()
      const { key } = await enroll(portal, userId)
      const code = nextCode(portal, key)
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () => login(portal, userId, code)),
      )
      equal(outcomes.filter(({ outcome }) => outcome === 'accepted').length, 1)
    },
  },
]
