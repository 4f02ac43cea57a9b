import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt)
const COST = { N: 2 ** 14, r: 8, p: 5 }
const BYTES = 32

/** Salt and hash, as the users table keeps them. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  return `${salt.toString('base64url')}.${(await derive(password, salt, BYTES, COST)).toString('base64url')}`
}

/** An unknown user (null) takes as long as a wrong password, so that the time tells nothing. */
export async function isPassword(typed: string, hashed: string | null): Promise<boolean> {
  const [salt = '', hash = ''] = (hashed ?? '').split('.')
  const expected = Buffer.from(hash, 'base64url')
  const derived = await derive(typed, Buffer.from(salt, 'base64url'), BYTES, COST)
  return expected.length === BYTES && timingSafeEqual(derived, expected)
}
