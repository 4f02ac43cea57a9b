/** What a provider answered. */
export interface Answer {
  ok: boolean
  status: number
  text: string
}

/**
 * The provider did not take the message. Its message names provider and code; never the number, the
 * text or the credentials.
 */
export class SmsNotTaken extends Error {
  override readonly name = 'SmsNotTaken'

  constructor(provider: string, why: string) {
    super(`${provider}: ${why}`)
  }
}

/**
 * POSTs a message within a time. The original error is left behind on purpose: fetch's errors
 * repeat addresses and header values. Nothing is tried again here: after a timeout nobody knows
 * whether the message went out, and the user has a button for another.
 */
export async function post(
  provider: string,
  url: string,
  headers: Record<string, string>,
  body: string | URLSearchParams,
  timeoutMs = 10_000,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { ok: response.ok, status: response.status, text: await response.text() }
  } catch (error) {
    const { name, cause } = error as { name?: string; cause?: { code?: string } }
    throw new SmsNotTaken(
      provider,
      name === 'TimeoutError'
        ? `no answer within ${timeoutMs} ms`
        : `not reached (${cause?.code ?? name ?? 'unknown'})`,
    )
  }
}

/** The answer as JSON; null where a proxy on the way answered with something else. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** HTTP Basic, in UTF-8 (RFC 7617). */
export function basic(user: string, password: string): string {
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${password}`)))}`
}

/**
 * A number or short text of the provider's as it may stand in a log; anything longer or odder is
 * left out.
 */
export function codeOf(value: unknown): string {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  return /^-?\d{1,6}$/.test(text) ? `code ${text}` : 'no code'
}
