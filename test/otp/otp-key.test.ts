import { Console } from 'node:console'
import { PassThrough } from 'node:stream'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { generateHotp, generateTotp, OtpKey } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { KeystepError } from '../../src/errors.ts'
import { createHmacSha1Key, type Words } from '../../src/crypto/sha1.ts'
import { requireOtpKey } from '../../src/otp/otp-key.ts'
import { ALGORITHMS, RFC_KEY_BASE32, RFC_KEY_BYTES, thrownBy } from './reference.ts'

const refused = (code: string, call: () => unknown) => {
  const error = thrownBy(call)
  expect(error).toBeInstanceOf(KeystepError)
  expect((error as KeystepError).code).toBe(code)
  return error as KeystepError
}

describe('OtpKey', () => {
  it('RFC 4226 R6, 63B-4 3.2.12: generates 20 random bytes, or as many as asked for from 16 on', () => {
    const keys = Array.from({ length: 1000 }, () => OtpKey.generate())
    expect(new Set(keys.map((key) => key.revealBase32())).size).toBe(1000)
    expect(keys[0]!.byteLength).toBe(20)
    for (const length of [16, 20, 32, 64, 1024])
      expect(OtpKey.generate(length).byteLength).toBe(length)
    // Every one of the 160 bits is set in some keys and clear in others.
    for (let bit = 0; bit < 160; bit++) {
      const set = keys.filter((key) => (key.revealBytes()[bit >> 3]! >> (bit & 7)) & 1).length
      expect(set, `bit ${bit}`).toBeGreaterThan(300)
      expect(set, `bit ${bit}`).toBeLessThan(700)
    }
  })

  it('refuses to generate below 128 bits (RFC 4226 R6), and lengths that are none', () => {
    for (const length of [15, 10, 1, 0, -20, 16.5, 1025, NaN, Infinity, '20', null, {}]) {
      refused('ERR_OPTION', () => OtpKey.generate(length as number))
    }
  })

  it('round-trips bytes and base32', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 128 }), (bytes) => {
        const key = OtpKey.fromBytes(bytes)
        expect(key.byteLength).toBe(bytes.length)
        expect(key.revealBytes()).toEqual(bytes)
        expect(OtpKey.fromBase32(key.revealBase32()).revealBytes()).toEqual(bytes)
        expect(key.revealBase32()).not.toContain('=')
      }),
    )
  })

  it('is a copy on the way in and on the way out', () => {
    for (const bytes of [RFC_KEY_BYTES.slice(), Buffer.from(RFC_KEY_BYTES)]) {
      const key = OtpKey.fromBytes(bytes)
      bytes.fill(0)
      key.revealBytes().fill(0)
      expect(key.revealBase32()).toBe(RFC_KEY_BASE32)
      expect(generateHotp(key, { counter: 0 })).toBe('755224')
    }
  })

  it('reads base32 as people type it', () => {
    const grouped = RFC_KEY_BASE32.replace(/(.{4})/g, '$1 ')
    for (const text of [
      RFC_KEY_BASE32.toLowerCase(),
      grouped,
      ` ${grouped.replaceAll(' ', '-')}\n`,
    ]) {
      expect(OtpKey.fromBase32(text).revealBase32()).toBe(RFC_KEY_BASE32)
    }
    expect(OtpKey.fromBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY======').byteLength).toBe(16)
  })

  it('RFC 4226 R6: takes keys of 10 to 15 bytes only with allowShortKey', () => {
    for (const length of [10, 12, 15]) {
      const bytes = new Uint8Array(length).fill(7)
      refused('ERR_KEY', () => OtpKey.fromBytes(bytes))
      expect(OtpKey.fromBytes(bytes, { allowShortKey: true }).byteLength).toBe(length)
    }
    refused('ERR_KEY', () => OtpKey.fromBase32('JBSWY3DPEHPK3PXP'))
    expect(OtpKey.fromBase32('JBSWY3DPEHPK3PXP', { allowShortKey: true }).byteLength).toBe(10)
    expect(OtpKey.fromBytes(RFC_KEY_BYTES, { allowShortKey: undefined }).byteLength).toBe(20)
    refused('ERR_KEY', () =>
      OtpKey.fromBytes(new Uint8Array(12), { allowShortKey: 1 as unknown as true }),
    )
  })

  it('refuses empty, tiny and oversized keys, whatever is allowed', () => {
    for (const length of [0, 1, 9, 1025, 10_000_000]) {
      refused('ERR_KEY', () => OtpKey.fromBytes(new Uint8Array(length), { allowShortKey: true }))
    }
    expect(OtpKey.fromBytes(new Uint8Array(1024)).byteLength).toBe(1024)
  })

  it('refuses what is no Uint8Array', () => {
    const views = [new Uint16Array(20), new ArrayBuffer(20), new DataView(new ArrayBuffer(20))]
    for (const bytes of [
      null,
      undefined,
      RFC_KEY_BASE32,
      [...RFC_KEY_BYTES],
      { length: 20 },
      ...views,
    ]) {
      refused('ERR_KEY', () => OtpKey.fromBytes(bytes as Uint8Array))
    }
  })

  it('its constructor is no way around the bounds', () => {
    const construct = OtpKey as unknown as new (...args: unknown[]) => OtpKey
    for (const args of [
      [],
      [new Uint8Array(0)],
      [new Uint8Array(1), { allowShortKey: true }],
      [RFC_KEY_BASE32],
    ]) {
      refused('ERR_KEY', () => new construct(...args))
    }
  })

  it('a refusal of base32 names no character of the text, in message, stack or cause', () => {
    for (const text of [
      'GEZDGNBVGY3TQOJ0',
      'GEZDGNBVGY3TQOJQGEZDGNBVGY3',
      'S3CRETS3CRETS3CRETZ!',
    ]) {
      const error = refused('ERR_KEY', () => OtpKey.fromBase32(text))
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(text)
      expect(error.cause).toBeUndefined()
    }
  })
})

describe('an OtpKey does not print', () => {
  const key = OtpKey.fromBytes(RFC_KEY_BYTES)
  for (const algorithm of ALGORITHMS) generateHotp(key, { counter: 0, algorithm })
  key.revealBase32()
  const plain: object = key
  const HIDDEN = { showHidden: true, depth: Infinity }
  const secrets = [
    RFC_KEY_BASE32,
    new TextDecoder().decode(RFC_KEY_BYTES),
    Buffer.from(RFC_KEY_BYTES).toString('hex'),
    Buffer.from(RFC_KEY_BYTES).toString('base64'),
    [...RFC_KEY_BYTES].join(','),
    [...RFC_KEY_BYTES].join(', '),
    // The midstates of SHA-1, from which codes could be made as from the key itself.
    ...Object.values(createHmacSha1Key(RFC_KEY_BYTES)).flatMap((words: Words) =>
      [...words].map(String),
    ),
  ]
  const show = (options: object) => inspect({ deep: { key } }, { depth: Infinity, ...options })
  const logged = () => {
    const stream = new PassThrough()
    new Console(stream).log('key %s %o %O %j', key, key, key, key, key)
    return String(stream.read())
  }

  it.each([
    ['template string', () => `key ${key as unknown as string}`],
    ['concatenation', () => 'key ' + (key as unknown as string)],
    ['String', () => String(key)],
    ['toLocaleString', () => key.toLocaleString()],
    ['JSON.stringify', () => JSON.stringify({ key, list: [key] })],
    ['util.inspect', () => show({})],
    ['util.inspect with showHidden', () => show({ showHidden: true })],
    [
      'util.inspect without custom inspection',
      () => show({ showHidden: true, customInspect: false, getters: true }),
    ],
    ['util.inspect of a proxy', () => inspect(new Proxy(key, {}), { showProxy: true, ...HIDDEN })],
    ['console.log', logged],
    ['spread', () => inspect({ ...plain }, HIDDEN)],
    ['Object.assign', () => JSON.stringify(Object.assign({}, key))],
    ['structuredClone', () => inspect(structuredClone(key), HIDDEN)],
    ['own keys', () => JSON.stringify([Reflect.ownKeys(key), Object.entries(key)])],
    [
      'a thrown error',
      () =>
        inspect(
          thrownBy(() => generateTotp(key, { at: key as unknown as Date })),
          HIDDEN,
        ),
    ],
    [
      'an error with it as cause',
      () => inspect(new KeystepError('ERR_KEY', `bad ${String(key)}`, { cause: key }), HIDDEN),
    ],
  ])('%s', (_, print) => {
    const text = print()
    for (const secret of secrets) expect(text).not.toContain(secret)
  })

  it('says what it hides', () => {
    expect([String(key), JSON.stringify(key), inspect(key)]).toEqual([
      '[OtpKey]',
      '"[OtpKey]"',
      '[OtpKey]',
    ])
    expect(Reflect.ownKeys(key)).toEqual([])
  })

  it('a clone or look-alike of it is no key', () => {
    const clones = [
      structuredClone(key),
      { ...plain },
      Object.create(OtpKey.prototype),
      Object.create(key),
      new Proxy(key, {}),
    ]
    for (const clone of [...clones, RFC_KEY_BASE32, RFC_KEY_BYTES, null, undefined, 1]) {
      refused('ERR_KEY', () => generateHotp(clone as OtpKey, { counter: 0 }))
    }
    expect(requireOtpKey(key)).toBe(key)
  })

  it('no door shows its midstates', async () => {
    const door = await import('keystep/otp')
    const functions = [
      'decodeBase32',
      'encodeBase32',
      'generateHotp',
      'generateTotp',
      'totpStep',
      'verifyHotp',
      'verifyTotp',
    ]
    expect(Object.keys(door).sort()).toEqual(
      ['OtpKey', 'buildKeyUri', 'parseKeyUri', ...functions].sort(),
    )
    const statics = Object.getOwnPropertyNames(OtpKey).filter(
      (name) => !['length', 'name', 'prototype'].includes(name),
    )
    expect(statics.sort()).toEqual(['fromBase32', 'fromBytes', 'generate'])
  })
})
