import { removedEvent, withoutFactors } from './bind-factor.ts'
import { cut, type RequestContext } from '../record/events.ts'
import { type Change, rejected } from '../record/outcome.ts'
import { MANAGE_FACTORS, permits, readPermit } from '../tokens/permit.ts'
import { requirementOf } from '../record/requirement.ts'
import type { Settings } from '../record/settings.ts'
import { type Factor, stampOf, type Subject } from '../record/subject.ts'
import { checkSessionId } from '../tokens/token.ts'
import { transact } from '../record/transact.ts'

/**
 * `enrolled`: whether a confirmed factor is left. `securityStamp`: the new one, for the session
 * that made the change; every other session is ended by it. `required`: the portal's requirement
 * forbids removing the last one.
 */
export type Removal = Change<{ enrolled: boolean; securityStamp: string }>

/** Input of `factors.removeAll`: the permit is for `MANAGE_FACTORS` and of this session. */
export interface RemoveAllInput {
  permit: string
  sessionId: string
  context?: RequestContext | undefined
}

/** `twoFactor.factors`: what a user has, by id. */
export interface Factors {
  /**
   * Names an authenticator anew; the label is cut to 64 characters. Changes nothing about its
   * security, so it needs no permit.
   */
  rename(input: {
    userId: string
    factorId: string
    label: string
    context?: RequestContext | undefined
  }): Promise<Change<object, 'not_found'>>
  /**
   * Removes one factor under a new security stamp: whatever it paid for ends with it, every permit,
   * enrollment, challenge, code in flight and remembered device. Removing the last one removes
   * backup codes, too, and is rejected as `required` where the policy asks for a second factor now.
   * `enrolled` tells whether one is left.
   *
   * @throws `ERR_OPTION`, `ERR_REQUIREMENT`, `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`,
   * `ERR_TOKEN_KIND`, and the record's codes.
   */
  remove(input: RemoveAllInput & { factorId: string }): Promise<Removal>
  /**
   * The OFF switch: every factor, backup code and remembered device in one write. Rejects and
   * throws as `remove`.
   */
  removeAll(input: RemoveAllInput): Promise<Removal>
}

export function createFactors(settings: Settings): Factors {
  return {
    rename: (input) => rename(settings, input),
    remove: ({ factorId, ...input }) => removeWhere(settings, input, ({ id }) => id === factorId),
    removeAll: (input) => removeWhere(settings, input, () => true),
  }
}

function rename(
  settings: Settings,
  { userId, factorId, label, context }: Parameters<Factors['rename']>[0],
): ReturnType<Factors['rename']> {
  const renamed = cut(label, 64)
  return transact<Awaited<ReturnType<Factors['rename']>>>(settings, {
    userId,
    context,
    decide: (subject) => {
      const factor = subject?.factors.find(({ id, kind }) => id === factorId && kind === 'totp')
      if (!subject || !factor) return { result: rejected('not_found') }
      const factors = subject.factors.map((one) =>
        one === factor ? { ...one, label: renamed } : one,
      )
      return {
        result: { outcome: 'accepted' },
        next: { ...subject, factors },
        events: [{ type: 'factor.renamed', factorId, label: renamed }],
      }
    },
  })
}

async function removeWhere(
  settings: Settings,
  { permit, sessionId, context }: RemoveAllInput,
  isMeant: (factor: Factor) => boolean,
): Promise<Removal> {
  checkSessionId(sessionId)
  const claims = await readPermit(settings, permit, sessionId, [MANAGE_FACTORS])
  if (!claims) return rejected('expired')
  const { userId } = claims
  return transact<Removal>(settings, {
    userId,
    context,
    decide: async (subject, now) => {
      if (!subject || !permits(subject, claims, now)) return { result: rejected('expired') }
      const removed = subject.factors.filter(isMeant)
      if (removed.length === 0) return { result: rejected('not_found') }
      const next = remainder(subject, removed, now)
      const enrolled = next.factors.length > 0
      if (!enrolled && (await requirementOf(settings, userId, now)).required)
        return { result: rejected('required') }
      return {
        result: { outcome: 'accepted', enrolled, securityStamp: stampOf(next) },
        next,
        events: removed.map(removedEvent),
      }
    },
  })
}

/**
 * The record without some factors; without any, nothing that rested on them is left. A lone backup
 * number becomes the number.
 */
function remainder(subject: Subject, removed: readonly Factor[], now: number): Subject {
  const next = withoutFactors(subject, removed, now)
  if (next.factors.length === 0) return { ...next, backupCodes: null, support: null, offSince: now }
  const hasNumber = next.factors.some((factor) => factor.kind === 'sms' && !factor.backup)
  const factors = next.factors.map((factor) =>
    factor.kind === 'sms' && !hasNumber ? { ...factor, backup: false } : factor,
  )
  return { ...next, factors }
}
