// The pieces of work, each with what must come out of it, and the least ratio to the fastest peer
// that is promised.
import { createHmac } from 'node:crypto'
import {
  ACCOUNT,
  INSTANTS,
  ISSUER,
  KEY_BASE32,
  KEY_BYTES,
  RIGHT_CODES,
  stepOf,
  WRONG_CODE,
} from './work.mjs'

const at = (i) => INSTANTS[i % INSTANTS.length]
const rightCode = (i) => RIGHT_CODES[i % RIGHT_CODES.length]

/** What a code must be, by node:crypto. */
function codeOf(algorithm, ms) {
  const message = Buffer.alloc(8)
  message.writeUInt32BE(stepOf(ms), 4)
  const mac = createHmac(algorithm, KEY_BYTES).update(message).digest()
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1e6).padStart(6, '0')
}

export const tasks = [
  {
    name: 'generate',
    from: 'built',
    target: 3,
    call: ({ generate }) => generate && ((i) => generate.built(at(i))),
    right: (code, i) => code === rightCode(i),
  },
  {
    name: 'verify a wrong code, ±1 step',
    from: 'built',
    target: 3,
    call: ({ verify }) => verify && ((i) => verify.built(WRONG_CODE, at(i), 1)),
    right: isFalse,
  },
  {
    name: 'verify a wrong code, ±10 steps',
    from: 'built',
    call: ({ verify }) => verify && ((i) => verify.built(WRONG_CODE, at(i), 10)),
    right: isFalse,
  },
  {
    name: 'verify a right code, ±1 step',
    from: 'built',
    call: ({ verify }) => verify && ((i) => verify.built(rightCode(i), at(i), 1)),
    right: isTrue,
  },
  {
    name: 'generate',
    from: 'bytes',
    call: ({ generate }) => generate && ((i) => generate.bytes(at(i))),
    right: (code, i) => code === rightCode(i),
  },
  {
    name: 'verify a wrong code, ±1 step',
    from: 'bytes',
    call: ({ verify }) => verify && ((i) => verify.bytes(WRONG_CODE, at(i), 1)),
    right: isFalse,
  },
  ...['SHA256', 'SHA512'].flatMap((algorithm) => [
    {
      name: `generate, ${algorithm}`,
      from: 'built',
      target: 0.9,
      call: ({ wider }) => wider && ((i) => wider[algorithm].generate(at(i))),
      right: (code, i) => code === codeOf(algorithm, at(i)),
    },
    {
      name: `verify a wrong code, ±1 step, ${algorithm}`,
      from: 'built',
      target: 0.9,
      call: ({ wider }) => wider && ((i) => wider[algorithm].verify(WRONG_CODE, at(i), 1)),
      right: isFalse,
    },
  ]),
  {
    name: 'build a key URI',
    from: 'built',
    target: 1,
    call: ({ buildUri }) => buildUri,
    right: (uri) => uri.startsWith('otpauth://totp/') && uri.includes(KEY_BASE32),
  },
  {
    name: 'parse a key URI to a key, an issuer and an account',
    from: 'text',
    target: 1,
    call: ({ parseUri }) => parseUri,
    right: ({ bytes, issuer, account }) =>
      bytes === KEY_BYTES.length && issuer === ISSUER && account === ACCOUNT,
  },
  {
    name: 'parse a key URI and make a code',
    from: 'text',
    call: ({ parseUriAndGenerate }) => parseUriAndGenerate && ((i) => parseUriAndGenerate(at(i))),
    right: (code, i) => code === rightCode(i),
  },
  {
    name: 'draw a QR code',
    from: 'text',
    call: ({ drawQr }) => drawQr,
    right: (image) => /^(<svg|<\?xml|data:image)/.test(image),
  },
]

function isFalse(verdict) {
  return verdict === false
}

function isTrue(verdict) {
  return verdict === true
}
