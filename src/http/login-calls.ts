import type { Call } from './call.ts'

type LoginRoute = 'POST /login/verify' | 'POST /sms/send'

export const loginCalls: { readonly [R in LoginRoute]: Call<R> } = {
  'POST /login/verify': async (twoFactor, { challenge, ...body }, caller) => {
    const shown = challenge ?? caller.challenge
    if (shown === undefined) return { answer: { outcome: 'rejected', reason: 'expired' } }
    const verdict = await twoFactor.login.verify({
      ...body,
      challenge: shown,
      context: caller.context,
    })
    if (verdict.outcome === 'rejected')
      return { answer: verdict, ends: verdict.reason === 'expired' ? 'challenge' : undefined }
    if (verdict.outcome === 'enroll')
      return { answer: { outcome: 'enroll', permit: verdict.permit }, ends: 'challenge' }
    const { outcome, failuresBefore, grant, device, backupCodesLeft } = verdict
    const until = device && { device: { expiresAt: device.expiresAt } }
    return {
      answer: {
        outcome,
        failuresBefore,
        ...(backupCodesLeft !== undefined && { backupCodesLeft }),
        ...until,
      },
      grant,
      device,
      ends: 'challenge',
    }
  },

  'POST /sms/send': async (twoFactor, { challenge, to }, { session, challenge: kept, context }) => {
    const shown = challenge ?? kept
    if (shown === undefined) return { answer: { outcome: 'rejected', reason: 'expired' } }
    return {
      answer: await twoFactor.sms.send({
        challenge: shown,
        to,
        sessionId: session?.sessionId,
        context,
      }),
    }
  },
}
