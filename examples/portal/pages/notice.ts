import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

const cookie = 'notice'
const flags = { prefix: 'host', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' } as const

export interface Notice {
  /** `good`: done. `plain`: what to do now. */
  kind: 'good' | 'plain'
  sentence: string
}

/**
 * Leaves a sentence for the next page, such as after a change and the redirect that follows it.
 * Never a secret.
 */
export function leaveNotice(c: Context, sentence: string, kind: Notice['kind'] = 'good'): void {
  setCookie(c, cookie, `${kind}:${sentence}`, { ...flags, maxAge: 60 })
}

export function takeNotice(c: Context): Notice | null {
  const [, kind, sentence] = /^(good|plain):(.+)$/.exec(getCookie(c, cookie, 'host') ?? '') ?? []
  if (sentence === undefined) return null
  deleteCookie(c, cookie, flags)
  return { kind: kind as Notice['kind'], sentence }
}
