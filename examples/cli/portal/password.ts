import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** 32 bytes by scrypt with N = 2^14, r = 8, p = 5. */
const COST = { N: 2 ** 14, r: 8, p: 5 }
const BYTES = 32

/** A password as the accounts table keeps it: `salt.hash`, in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  return `${salt.toString('base64url')}.${(await derive(password, salt)).toString('base64url')}`
}

export async function isPassword(typed: string, kept: string): Promise<boolean> {
  const [salt = '', hash = ''] = kept.split('.')
  return timingSafeEqual(
    await derive(typed, Buffer.from(salt, 'base64url')),
    Buffer.from(hash, 'base64url'),
  )
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, BYTES, COST, (error, hash) => {
      if (error) reject(error)
      else resolve(hash)
    })
  })
}
