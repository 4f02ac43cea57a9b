import { KeystepError } from 'keystep'

/** A message that could not be sent. Nothing is lost with it: keystep gives the wait back, once. */
export interface NotSent {
  outcome: 'rejected'
  reason: 'not_sent'
}

/**
 * Sends, and takes a provider that fails for an answer: the page then offers another way instead of
 * an error.
 */
export async function sendSms<T>(send: () => Promise<T>): Promise<T | NotSent> {
  try {
    return await send()
  } catch (error) {
    if (!(error instanceof KeystepError) || error.code !== 'ERR_SMS_SENDER') throw error
    console.error(error.message, error.cause)
    return { outcome: 'rejected', reason: 'not_sent' }
  }
}
