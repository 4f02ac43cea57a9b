/**
 * A name or address, and a port. All else that a URL may hold there would move what follows:
 * `a/two-factor/status?` into the path.
 */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d*)?$/i

/**
 * The origin that a `Host` header names, or null where it names none. The protocol is as URLs have
 * it: `'https:'`.
 */
export function originOf(protocol: string, host: string): string | null {
  const origin = `${protocol}//${host}`
  return HOST.test(host) && URL.canParse(origin) ? new URL(origin).origin : null
}
