import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

// Who has to set up a second factor before there is a session holds the permit to do so: in a cookie no script reads, as the challenge is.
/** How long there is to set one up. */
export const ENROLL_MS = 600_000
const cookie = 'enroll'
const flags = { prefix: 'host', path: '/', secure: true, httpOnly: true, sameSite: 'Strict' } as const

export function keepPermit(c: Context, permit: string): void {
  setCookie(c, cookie, permit, { ...flags, maxAge: ENROLL_MS / 1000 })
}

export function readPermit(c: Context): string | null {
  const permit = getCookie(c, cookie, 'host')
  return permit?.startsWith('ksp_') ? permit : null
}

export function endPermit(c: Context): void {
  deleteCookie(c, cookie, flags)
}
