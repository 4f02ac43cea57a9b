import { KeystepError } from '../errors.ts'

/** Thrown by the routes of SMS where the portal has none: they are not there. */
export class NoSms extends Error {
  override readonly name = 'NoSms'
}

/**
 * Runs a call of SMS. All that it takes from a request is checked before, so `ERR_OPTION` means one thing: the portal configured no SMS.
 * Anybody can ask for that, so it is no failure to report.
 */
export async function unlessWithoutSms<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw error instanceof KeystepError && error.code === 'ERR_OPTION' ? new NoSms() : error
  }
}
