// What every contender is given: one key, 64 instants, the right code of each, and a code that is
// right at none of them.
import { createHmac } from 'node:crypto'

const PERIOD_MS = 30_000
const START = Date.UTC(2026, 10, 22)

export const KEY_BYTES = Buffer.from('3dc6caa4824a6d288767b2331e20b43166cb85d9', 'hex')
export const KEY_BASE32 = 'HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ'
export const ISSUER = 'Example Hosting'
export const ACCOUNT = 'ada@example.com'
export const KEY_URI = `otpauth://totp/Example%20Hosting:ada%40example.com?secret=${KEY_BASE32}&issuer=Example%20Hosting`

// Each instant lies in the middle of its step, so that a tolerance in seconds is a tolerance in
// steps.
export const INSTANTS = Array.from(
  { length: 64 },
  (_, i) => START + i * 50 * PERIOD_MS + PERIOD_MS / 2,
)
export const RIGHT_CODES = INSTANTS.map((ms) => codeAt(stepOf(ms)))
export const WRONG_CODE = findWrongCode()

export function stepOf(ms) {
  return Math.floor(ms / PERIOD_MS)
}

/** HOTP by node:crypto alone: the referee of all contenders. */
function codeAt(counter) {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const mac = createHmac('sha1', KEY_BYTES).update(message).digest()
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1e6).padStart(6, '0')
}

function findWrongCode() {
  const taken = new Set(
    INSTANTS.flatMap((ms) => Array.from({ length: 21 }, (_, i) => codeAt(stepOf(ms) + i - 10))),
  )
  for (let code = 123_456; ; code++) if (!taken.has(String(code))) return String(code)
}
