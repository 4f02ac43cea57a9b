import type { Call } from './call.ts'

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

  'POST /factors/remove': async (twoFactor, body, { session: { sessionId }, context }) => {
    const answer = await twoFactor.factors.remove({ ...body, sessionId, context })
    return {
      answer,
      ends: answer.outcome === 'accepted' && !answer.enrolled ? 'device' : undefined,
    }
  },

  'POST /factors/remove-all': async (twoFactor, body, { session: { sessionId }, context }) => {
    const answer = await twoFactor.factors.removeAll({ ...body, sessionId, context })
    return { answer, ends: answer.outcome === 'accepted' ? 'device' : undefined }
  },

  'POST /devices/revoke': async (twoFactor, body, { session: { userId }, context }) => ({
    answer: await twoFactor.devices.revoke({ ...body, userId, context }),
  }),

  'POST /devices/revoke-all': async (twoFactor, _, { session: { userId }, context }) => ({
    answer: await twoFactor.devices.revokeAll({ userId, context }),
    ends: 'device',
  }),
}
