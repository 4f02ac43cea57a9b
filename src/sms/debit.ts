import type { Settings } from '../record/settings.ts'
import { type CeilingDebit, creditCeilings, debitCeilings } from './ceilings.ts'
import { creditDestination, debitDestination, type Debited } from './limits.ts'

/** One send, counted for its number and under every ceiling. */
export interface SendDebit extends Debited {
  readonly ceilings: CeilingDebit
}

/**
 * Counts a send for its number and under the ceilings, or for neither: then the instant to wait
 * for.
 *
 * @throws `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`, and the record's codes.
 */
export async function debitSend(
  settings: Settings,
  number: string,
): Promise<SendDebit | { readonly retryAt: Date }> {
  const debit = await debitDestination(settings, number)
  if ('retryAt' in debit) return debit
  const ceilings = await debitCeilings(settings, number).catch(async (error: unknown) => {
    await creditDestination(settings, number, debit).catch(() => null)
    throw error
  })
  if (!('retryAt' in ceilings)) return { ...debit, ceilings }
  await creditDestination(settings, number, debit)
  return ceilings
}

/** Gives back a send that no message followed. Throws as {@link debitSend}. */
export async function creditSend(
  settings: Settings,
  number: string,
  debit: SendDebit,
): Promise<void> {
  await creditDestination(settings, number, debit)
  await creditCeilings(settings, debit.ceilings)
}
