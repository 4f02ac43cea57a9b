import type { Call } from './call.ts'

type StepUpRoute = 'POST /step-up/begin' | 'POST /step-up/verify'

export const stepUpCalls: { readonly [R in StepUpRoute]: Call<R> } = {
  'POST /step-up/begin': async (twoFactor, { purpose }, { session, context }) => {
    const { userId, sessionId, firstFactorAt, lastVerified, securityStamp, amr } = session
    return {
      answer: await twoFactor.stepUp.begin({
        userId,
        sessionId,
        purpose,
        firstFactorAt,
        lastVerified,
        securityStamp,
        amr,
        context,
      }),
    }
  },

  'POST /step-up/verify': async (twoFactor, body, { session, context }) => ({
    answer: await twoFactor.stepUp.verify({ ...body, sessionId: session.sessionId, context }),
  }),
}
