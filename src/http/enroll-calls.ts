import type { ConfirmVerdict } from '../flow/sms.ts'
import type { Totp, TotpEnrollment } from '../flow/totp.ts'
import { qrDataUri } from '../qr/index.ts'
import type { FactorConfirmed, TotpShown } from './answers.ts'
import type { Call, Reply } from './call.ts'

type EnrollRoute =
  | 'POST /totp/enroll'
  | 'POST /totp/pending'
  | 'POST /totp/confirm'
  | 'POST /sms/enroll'
  | 'POST /sms/confirm'

export const enrollCalls: { readonly [R in EnrollRoute]: Call<R> } = {
  'POST /totp/enroll': async (twoFactor, { permit, account, label }, { session, context }) => {
    // The session's own name counts; without a session the name only titles the entry in the user's
    // own app.
    const name = session?.account ?? account ?? 'account'
    const begun = await twoFactor.totp.enroll({
      permit,
      sessionId: session?.sessionId,
      account: name,
      label,
      context,
    })
    return {
      answer: begun.outcome === 'accepted' ? { outcome: 'accepted', ...show(begun) } : begun,
    }
  },

  'POST /totp/pending': async (twoFactor, { enrollment }, { session }) => {
    const pending = await twoFactor.totp.pending({ enrollment, sessionId: session?.sessionId })
    return {
      answer: pending.outcome === 'accepted' ? { outcome: 'accepted', ...show(pending) } : pending,
    }
  },

  'POST /totp/confirm': async (twoFactor, body, { session, context }) =>
    confirmed(await twoFactor.totp.confirm({ ...body, sessionId: session?.sessionId, context })),

  'POST /sms/enroll': async (twoFactor, body, { session, context }) => ({
    answer: await twoFactor.sms.enroll({ ...body, sessionId: session?.sessionId, context }),
  }),

  'POST /sms/confirm': async (twoFactor, body, { session, context }) =>
    confirmed(await twoFactor.sms.confirm({ ...body, sessionId: session?.sessionId, context })),
}

/** The page that exists to show the key. */
function show({ enrollment, keyUri, manualKey, expiresAt }: TotpEnrollment): TotpShown {
  return {
    enrollment,
    keyUri: keyUri.reveal(),
    manualKey: manualKey.reveal(),
    qr: qrDataUri(keyUri),
    expiresAt,
  }
}

type ConfirmResult = Awaited<ReturnType<Totp['confirm']>> | ConfirmVerdict

/** The answer that exists to show backup codes, once. */
function confirmed<C extends ConfirmResult>(
  result: C,
): Reply<FactorConfirmed | Extract<C, { outcome: 'rejected' }>> {
  if (result.outcome === 'rejected')
    return { answer: result as Extract<C, { outcome: 'rejected' }> }
  const { failuresBefore, factorId, grant, backupCodes } = result
  return {
    answer: {
      outcome: 'accepted',
      failuresBefore,
      factorId,
      backupCodes: backupCodes?.reveal() ?? null,
    },
    grant,
    ends: 'challenge',
  }
}
