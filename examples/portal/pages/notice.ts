import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

const cookie = 'notice'
const flags = { prefix: 'host', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' } as const

/** Leaves a sentence for the next page, such as after a change and the redirect that follows it. Never a secret. */
export function leaveNotice(c: Context, sentence: string): void {
  setCookie(c, cookie, sentence, { ...flags, maxAge: 60 })
}

export function takeNotice(c: Context): string | null {
  const sentence = getCookie(c, cookie, 'host')
  if (sentence !== undefined) deleteCookie(c, cookie, flags)
  return sentence ?? null
}
