import type { Removal } from '../flow/factors.ts'
import type { FactorRemoved } from './answers.ts'
import type { Call, Reply } from './call.ts'

type ChangeRoute =
  | 'GET /status'
  | 'POST /backup-codes/regenerate'
  | 'POST /factors/rename'
  | 'POST /factors/remove'
  | 'POST /factors/remove-all'
  | 'POST /devices/revoke'
  | 'POST /devices/revoke-all'

/** The security page: whose state it is comes from the session, never from the body. */
export const changeCalls: { readonly [R in ChangeRoute]: Call<R> } = {
  'GET /status': async (twoFactor, _, { session: { userId } }) => ({
    answer: await twoFactor.status({ userId }),
  }),

  'POST /backup-codes/regenerate': async (
    twoFactor,
    { permit },
    { session: { sessionId }, context },
  ) => {
    const change = await twoFactor.backupCodes.regenerate({ permit, sessionId, context })
    return {
      answer:
        change.outcome === 'accepted'
          ? { outcome: 'accepted', backupCodes: change.backupCodes.reveal() }
          : change,
    }
  },

  'POST /factors/rename': async (twoFactor, body, { session: { userId }, context }) => ({
    answer: await twoFactor.factors.rename({ ...body, userId, context }),
  }),

  'POST /factors/remove': async (twoFactor, body, { session: { sessionId }, context }) =>
    removed(await twoFactor.factors.remove({ ...body, sessionId, context })),

  'POST /factors/remove-all': async (twoFactor, body, { session: { sessionId }, context }) =>
    removed(await twoFactor.factors.removeAll({ ...body, sessionId, context })),

  'POST /devices/revoke': async (twoFactor, body, { session: { userId }, context }) => ({
    answer: await twoFactor.devices.revoke({ ...body, userId, context }),
  }),

  'POST /devices/revoke-all': async (twoFactor, _, { session: { userId }, context }) => ({
    answer: await twoFactor.devices.revokeAll({ userId, context }),
    ends: 'device',
  }),
}

/**
 * Whatever is taken off, remembered devices end with it; the session that did it goes on under the
 * new stamp.
 */
function removed(
  result: Removal,
): Reply<FactorRemoved | Extract<Removal, { outcome: 'rejected' }>> {
  if (result.outcome === 'rejected') return { answer: result }
  const { outcome, enrolled, securityStamp } = result
  return { answer: { outcome, enrolled }, securityStamp, ends: 'device' }
}
