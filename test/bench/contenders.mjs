// One adapter per contender: its fastest legitimate use for each piece of work. `ms` is an instant,
// `window` steps each way. Work that a package does not offer is left out. What can be made once
// and kept (a key, an object) is made once for "built"; "bytes" begins with the raw key at every
// call.
import { createHmac, createSecretKey } from 'node:crypto'
import * as oslo from '@oslojs/otp'
import { crypto as otplibOnNode } from '@otplib/plugin-crypto-node'
import { parse as parseOtplibUri } from '@otplib/uri'
import * as otpauth from 'otpauth'
import * as otplib from 'otplib'
import QRCode from 'qrcode-svg'
import speakeasy from 'speakeasy'
import { ACCOUNT, ISSUER, KEY_BASE32, KEY_BYTES, KEY_URI, stepOf } from './work.mjs'
import { buildKeyUri, generateTotp, OtpKey, parseKeyUri, verifyTotp } from '../../dist/otp/index.js'
import { qrSvg } from '../../dist/qr/index.js'

// 2fa calls `new Buffer`, and its warning would stand in the table.
process.removeAllListeners('warning')
process.on('warning', () => {})
const { default: twofa } = await import('2fa')

const key = OtpKey.fromBytes(KEY_BYTES)
const windowOf = (steps) => ({ past: steps, future: steps })
const keystepVerify = (key, code, ms, steps) =>
  verifyTotp(key, code, { at: new Date(ms), lastUsedStep: null, window: windowOf(steps) }) !== null

const keystep = {
  name: 'keystep',
  generate: {
    built: (ms) => generateTotp(key, { at: new Date(ms) }),
    bytes: (ms) => generateTotp(OtpKey.fromBytes(KEY_BYTES), { at: new Date(ms) }),
  },
  verify: {
    built: (code, ms, steps) => keystepVerify(key, code, ms, steps),
    bytes: (code, ms, steps) => keystepVerify(OtpKey.fromBytes(KEY_BYTES), code, ms, steps),
  },
  buildUri: () => buildKeyUri({ key, issuer: ISSUER, account: ACCOUNT }).reveal(),
  parseUri: () => {
    const { key, issuer, account } = parseKeyUri(KEY_URI)
    return { bytes: key.byteLength, issuer, account }
  },
  parseUriAndGenerate: (ms) => generateTotp(parseKeyUri(KEY_URI).key, { at: new Date(ms) }),
  drawQr: () => qrSvg(KEY_URI),
  wider: forEach((algorithm) => ({
    generate: (ms) => generateTotp(key, { at: new Date(ms), algorithm }),
    verify: (code, ms, steps) => {
      const at = new Date(ms)
      return (
        verifyTotp(key, code, { at, lastUsedStep: null, window: windowOf(steps), algorithm }) !==
        null
      )
    },
  })),
}

/** The algorithms beside SHA-1, which nearly no app has. */
function forEach(make) {
  return { SHA256: make('SHA256'), SHA512: make('SHA512') }
}

// The functions of otplib with everything given that they would make anew at each call.
const guardrails = otplib.createGuardrails()
const nobleCrypto = new otplib.NobleCryptoPlugin()
const base32 = new otplib.ScureBase32Plugin()
function otplibWith(name, crypto) {
  const generate = (ms) =>
    otplib.generateSync({ secret: KEY_BYTES, epoch: ms / 1000, guardrails, crypto })
  const verify = (token, ms, steps) =>
    otplib.verifySync({
      secret: KEY_BYTES,
      token,
      epoch: ms / 1000,
      epochTolerance: steps * 30,
      guardrails,
      crypto,
    }).valid
  const wider = forEach((name) => {
    const algorithm = name.toLowerCase()
    const options = { secret: KEY_BYTES, guardrails, crypto, algorithm }
    return {
      generate: (ms) => otplib.generateSync({ ...options, epoch: ms / 1000 }),
      verify: (token, ms, steps) =>
        otplib.verifySync({ ...options, token, epoch: ms / 1000, epochTolerance: steps * 30 })
          .valid,
    }
  })
  return {
    name,
    generate: { built: generate, bytes: generate },
    verify: { built: verify, bytes: verify },
    wider,
  }
}
const otplibDefault = {
  ...otplibWith('otplib', nobleCrypto),
  buildUri: () => otplib.generateURI({ secret: KEY_BASE32, issuer: ISSUER, label: ACCOUNT }),
  // It leaves the secret in base32, which is free here as it is in keystep until the first code,
  // and the label in one piece: splitting belongs to the work.
  parseUri: () => {
    const { label, params } = parseOtplibUri(KEY_URI)
    return {
      bytes: (params.secret.length * 5) >>> 3,
      issuer: params.issuer,
      account: label.slice(label.indexOf(':') + 1),
    }
  },
  parseUriAndGenerate: (ms) =>
    otplib.generateSync({
      secret: parseOtplibUri(KEY_URI).params.secret,
      epoch: ms / 1000,
      guardrails,
      crypto: nobleCrypto,
      base32,
    }),
}

const secret = new otpauth.Secret({ buffer: Uint8Array.from(KEY_BYTES).buffer })
const totp = new otpauth.TOTP({ secret, issuer: ISSUER, label: ACCOUNT })
const freshSecret = () => new otpauth.Secret({ buffer: KEY_BYTES })
const otpauthContender = {
  name: 'otpauth',
  generate: {
    built: (ms) => totp.generate({ timestamp: ms }),
    bytes: (ms) => otpauth.TOTP.generate({ secret: freshSecret(), timestamp: ms }),
  },
  verify: {
    built: (token, ms, window) => totp.validate({ token, timestamp: ms, window }) !== null,
    bytes: (token, ms, window) =>
      otpauth.TOTP.validate({ token, secret: freshSecret(), timestamp: ms, window }) !== null,
  },
  wider: forEach((algorithm) => {
    const wide = new otpauth.TOTP({ secret, algorithm })
    return {
      generate: (ms) => wide.generate({ timestamp: ms }),
      verify: (token, ms, window) => wide.validate({ token, timestamp: ms, window }) !== null,
    }
  }),
  buildUri: () => totp.toString(),
  parseUri: () => {
    const { secret, issuer, label } = otpauth.URI.parse(KEY_URI)
    return { bytes: secret.bytes.length, issuer, account: label }
  },
  parseUriAndGenerate: (timestamp) => otpauth.URI.parse(KEY_URI).generate({ timestamp }),
}

const osloGenerate = (ms) => oslo.generateHOTP(KEY_BYTES, BigInt(stepOf(ms)), 6)
// Its verifyTOTPWithGracePeriod reads the clock itself; this is its body for an instant.
const osloVerify = (code, ms, steps) => {
  const last = BigInt(stepOf(ms) + steps)
  for (let counter = BigInt(stepOf(ms) - steps); counter <= last; counter++)
    if (oslo.verifyHOTP(KEY_BYTES, counter, 6, code)) return true
  return false
}
const osloContender = {
  name: '@oslojs/otp',
  generate: { built: osloGenerate, bytes: osloGenerate },
  verify: { built: osloVerify, bytes: osloVerify },
  buildUri: () => oslo.createTOTPKeyURI(ISSUER, ACCOUNT, KEY_BYTES, 30, 6),
}

const speakeasyGenerate = (ms) => speakeasy.totp({ secret: KEY_BYTES, time: ms / 1000 })
const speakeasyVerify = (token, ms, window) =>
  speakeasy.totp.verify({ secret: KEY_BYTES, token, time: ms / 1000, window })
const speakeasyContender = {
  name: 'speakeasy',
  generate: { built: speakeasyGenerate, bytes: speakeasyGenerate },
  verify: { built: speakeasyVerify, bytes: speakeasyVerify },
  buildUri: () =>
    speakeasy.otpauthURL({
      secret: KEY_BASE32,
      encoding: 'base32',
      label: `${ISSUER}:${ACCOUNT}`,
      issuer: ISSUER,
    }),
}

const twofaGenerate = (ms) => twofa.generateCode(KEY_BYTES, stepOf(ms))
const twofaVerify = (code, ms, steps) =>
  twofa.verifyHOTP(KEY_BYTES, code, stepOf(ms), { beforeDrift: steps, afterDrift: steps })
const twofaContender = {
  name: '2fa',
  generate: { built: twofaGenerate, bytes: twofaGenerate },
  verify: { built: twofaVerify, bytes: twofaVerify },
  buildUri: () => twofa.generateUrl(ISSUER, ACCOUNT, KEY_BYTES),
  // A PNG as a data URI, drawn behind a callback.
  drawQr: () =>
    new Promise((resolve, reject) => {
      twofa.generateGoogleQR(ISSUER, ACCOUNT, KEY_BYTES, (error, uri) => {
        error ? reject(error) : resolve(uri)
      })
    }),
}

const keyObject = createSecretKey(KEY_BYTES)
const message = Buffer.alloc(8)
function hotpByNode(key, counter, algorithm = 'sha1') {
  message.writeUInt32BE(Math.floor(counter / 2 ** 32), 0)
  message.writeUInt32BE(counter >>> 0, 4)
  const mac = createHmac(algorithm, key).update(message).digest()
  return (mac.readUInt32BE(mac[mac.length - 1] & 15) & 0x7fffffff) % 1_000_000
}
const nodeGenerate = (key, algorithm) => (ms) =>
  String(hotpByNode(key, stepOf(ms), algorithm)).padStart(6, '0')
const nodeVerify = (key, algorithm) => (code, ms, steps) => {
  const [typed, center] = [Number(code), stepOf(ms)]
  let found = false
  for (let step = center - steps; step <= center + steps; step++)
    if (hotpByNode(key, step, algorithm) === typed) found = true
  return found
}
const nodeContender = {
  name: 'node:crypto',
  generate: { built: nodeGenerate(keyObject), bytes: nodeGenerate(KEY_BYTES) },
  verify: { built: nodeVerify(keyObject), bytes: nodeVerify(KEY_BYTES) },
  wider: forEach((algorithm) => ({
    generate: nodeGenerate(keyObject, algorithm.toLowerCase()),
    verify: nodeVerify(keyObject, algorithm.toLowerCase()),
  })),
}

export const contenders = [
  keystep,
  otplibDefault,
  otplibWith('otplib, node plugin', otplibOnNode),
  otpauthContender,
  osloContender,
  speakeasyContender,
  twofaContender,
  nodeContender,
  {
    name: 'qrcode-svg',
    drawQr: () => new QRCode({ content: KEY_URI, ecl: 'M', join: true }).svg(),
  },
]
