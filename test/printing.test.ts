import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { createKeyring, createTwoFactor, Secret } from 'keystep'
import {
  buildKeyUri,
  generateHotp,
  generateTotp,
  OtpKey,
  parseKeyUri,
  verifyTotp,
} from 'keystep/otp'
import { memoryStore } from 'keystep/stores/memory'
import { describe, expect, it } from 'vitest'
import { openRecord, sealRecord } from '../src/crypto/envelope.ts'
import { subkeyOf } from '../src/crypto/derived-keys.ts'
import { currentKey } from '../src/crypto/keyring.ts'
import { printedForms } from './printing/forms.ts'
import { foundIn, tracesOfBytes, tracesOfText } from './printing/traces.ts'

const TEXT = 'Xq7-gravel-Zebra-9041'
const BYTES = randomBytes(32)

/** A value that does not print, with every trace by which its secret would be known. */
interface Specimen {
  readonly value: object
  readonly mask: string
  readonly traces: Record<string, string>
}

async function usedKeyring(): Promise<Specimen> {
  const keyring = createKeyring({
    current: { id: 'k1', key: BYTES },
    previous: [{ id: 'k0', key: () => Promise.resolve(TEXT32) }],
  })
  await openRecord(keyring, 'u1.a.b', await sealRecord(keyring, 'u1.a.b', 'text'))
  await subkeyOf(currentKey(keyring), 'challenge')
  const pseudorandom = createHmac('sha256', 'keystep-1').update(BYTES).digest()
  const subkey = Buffer.from(hkdfSync('sha256', BYTES, 'keystep-1', '9:keystep-19:challenge', 32))
  expect(
    Buffer.from(await subkeyOf(currentKey(keyring), 'challenge')).equals(subkey),
    'the traces searched for are those of the real subkey',
  ).toBe(true)
  const traces = Object.entries({
    key: BYTES,
    pseudorandom,
    subkey,
    previous: Buffer.from(TEXT32, 'base64url'),
  }).flatMap(([what, bytes]) =>
    Object.entries(tracesOfBytes(bytes)).map(([how, trace]) => [`${what}, ${how}`, trace]),
  )
  return {
    value: keyring,
    mask: '[Keyring]',
    traces: Object.fromEntries(traces) as Record<string, string>,
  }
}
const TEXT32 = randomBytes(32).toString('base64url')

function usedOtpKey(): Specimen {
  const key = OtpKey.fromBytes(BYTES)
  for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const)
    generateTotp(key, { at: new Date(0), algorithm })
  return {
    value: key,
    mask: '[OtpKey]',
    traces: {
      ...tracesOfBytes(BYTES),
      base32: key.revealBase32().slice(0, 10),
      ...tracesOfText(key.revealBase32()),
    },
  }
}

const specimens: Record<string, () => Specimen | Promise<Specimen>> = {
  'Secret of a text': () => ({
    value: new Secret(TEXT),
    mask: '[Secret]',
    traces: tracesOfText(TEXT),
  }),
  'Secret of a list': () => ({
    value: new Secret(Object.freeze([TEXT, TEXT])),
    mask: '[Secret]',
    traces: tracesOfText(TEXT),
  }),
  'Secret of bytes': () => ({
    value: new Secret(BYTES),
    mask: '[Secret]',
    traces: tracesOfBytes(BYTES),
  }),
  'Secret of a key URI': () => {
    const key = OtpKey.fromBytes(BYTES)
    return {
      value: buildKeyUri({ key, issuer: 'Portal', account: 'ada' }),
      mask: '[Secret]',
      traces: tracesOfText(key.revealBase32()),
    }
  },
  'Keyring': usedKeyring,
  'OtpKey': usedOtpKey,
  'OtpKey of parseKeyUri': () => {
    const uri = buildKeyUri({ key: OtpKey.fromBytes(BYTES), issuer: 'Portal', account: 'ada' })
    return {
      value: parseKeyUri(uri),
      mask: '[OtpKey]',
      traces: { ...tracesOfBytes(BYTES), ...tracesOfText(OtpKey.fromBytes(BYTES).revealBase32()) },
    }
  },
}

describe('the search itself', () => {
  it('finds a text and bytes in every form that a plain object prints of them', () => {
    const forms = printedForms({ text: TEXT, bytes: new Uint8Array(BYTES) })
    const silent = [
      'template string',
      'String()',
      'concatenation',
      'toLocaleString',
      'error message',
      'URLSearchParams',
      'property names',
    ]
    for (const [name, printed] of Object.entries(forms)) {
      const found = foundIn(printed, { ...tracesOfText(TEXT), ...tracesOfBytes(BYTES) })
      if (silent.includes(name)) expect(found, name).toEqual([])
      else expect(found.length, `${name}: ${printed}`).toBeGreaterThan(0)
    }
  })

  it('finds a secret behind a private-looking name, a symbol, a getter, a prototype and a map', () => {
    const hidden = [
      Object.defineProperty({}, '_value', { value: TEXT }),
      { [Symbol('value')]: TEXT },
      Object.create({ value: TEXT }) as object,
      new (class {
        get value(): string {
          return TEXT
        }
      })(),
      { kept: new Map([['value', TEXT]]) },
      { toString: () => TEXT },
      { toJSON: () => TEXT },
      { key: new Uint8Array(BYTES) },
    ]
    for (const [i, value] of hidden.entries()) {
      const found = Object.values(printedForms(value)).flatMap((printed) =>
        foundIn(printed, { ...tracesOfText(TEXT), ...tracesOfBytes(BYTES) }),
      )
      expect(found.length, `hidden ${i}`).toBeGreaterThan(0)
    }
  })
})

describe.each(Object.keys(specimens))('law 5: %s does not print', (name) => {
  it('leaks by no form of printing, copying, serializing or throwing', async () => {
    const { value, traces } = await specimens[name]!()
    for (const [form, printed] of Object.entries(printedForms(value)))
      expect(foundIn(printed, traces), `${form}: ${printed}`).toEqual([])
  })

  it('shows its mask where something is shown at all', async () => {
    const { value, mask } = await specimens[name]!()
    const forms = printedForms(value)
    for (const form of [
      'JSON.stringify',
      'console.log',
      'inspect: plain',
      'inspect: showHidden, any depth',
    ])
      expect(forms[form], form).toContain(mask)
  })

  it('has no property of its own, so that no copy has one either', async () => {
    const specimen = await specimens[name]!()
    const value =
      name === 'OtpKey of parseKeyUri' ? (specimen.value as { key: OtpKey }).key : specimen.value
    expect(Reflect.ownKeys(value)).toEqual([])
    expect({ ...value }).toEqual({})
  })
})

describe('law 5: a secret in the wrong place', () => {
  const secret = new Secret(TEXT)
  const key = OtpKey.fromBytes(BYTES)
  const store = memoryStore()
  const keyring = createKeyring({ current: { id: 'k1', key: BYTES } })
  /** Calls that must throw, each given a secret where something else belongs. */
  const mistakes: Record<string, () => unknown> = {
    'createKeyring of a secret that is no keyring': () => createKeyring(secret),
    'createKeyring of a short key': () => createKeyring({ current: { id: 'k1', key: secret } }),
    'createKeyring with the key as its id': () =>
      createKeyring({ current: { id: TEXT.repeat(3), key: BYTES } }),
    'createKeyring of short bytes': () =>
      createKeyring({ current: { id: 'k1', key: BYTES.subarray(0, 31) } }),
    'a keyring for a store': () =>
      createTwoFactor({ issuer: 'Portal', store: keyring as never, keyring }),
    'a key for a keyring': () =>
      createTwoFactor({ issuer: 'Portal', store, keyring: key as never }),
    'a secret for an issuer': () => createTwoFactor({ issuer: secret as never, store, keyring }),
    'a key URI that is none': () => parseKeyUri(TEXT),
    'base32 that is none': () => OtpKey.fromBase32(TEXT),
    'a secret for an OTP key': () => generateHotp(secret as never, { counter: 0 }),
    'a keyring for an OTP key': () => generateHotp(keyring as never, { counter: 0 }),
    'a key for an instant': () => generateTotp(key, { at: key as never }),
    'a key for a window': () =>
      verifyTotp(key, '000000', { at: new Date(0), lastUsedStep: null, window: key as never }),
    'a key for an account': () => buildKeyUri({ key, issuer: 'Portal', account: key as never }),
  }

  it.each(Object.keys(mistakes))('%s: message, stack and cause show nothing of it', (name) => {
    let error: unknown
    try {
      mistakes[name]!()
      expect.unreachable('it did not throw')
    } catch (caught) {
      error = caught
    }
    expect(error).toMatchObject({
      name: 'KeystepError',
      code: expect.stringMatching(/^ERR_/) as string,
    })
    const traces = {
      ...tracesOfText(TEXT),
      ...tracesOfBytes(BYTES),
      ...tracesOfText(key.revealBase32()),
    }
    for (const [form, printed] of Object.entries(printedForms(error as object)))
      expect(foundIn(withoutSource(printed), traces), form).toEqual([])
  })

  /** Stack lines name files and functions, which this test did not choose. */
  function withoutSource(printed: string): string {
    return printed.replaceAll(/^\s+at .*$/gm, '')
  }
})
