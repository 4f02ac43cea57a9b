import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

/** How long there is to set a second factor up before there is a session. */
export const ENROLL_MS = 600_000
// The browser holds the permit to do so as it holds the challenge of a login: in a cookie that no
// script reads.
const cookie = 'enroll'
const flags = {
  prefix: 'host',
  path: '/',
  secure: true,
  httpOnly: true,
  sameSite: 'Strict',
} as const

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
