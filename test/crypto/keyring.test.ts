import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { createKeyring, generateKeyringKey, KeystepError, Secret } from 'keystep'
import { describe, expect, it } from 'vitest'
import { subkeyOf } from '../../src/crypto/derived-keys.ts'
import { keyById, type KeyringKeys } from '../../src/crypto/keyring.ts'
import { hex, recordKeyHex, refereed, SALT, subkey } from './derivation.ts'

const key = randomBytes(32)

function refusalOf(keys: unknown): KeystepError {
  try {
    createKeyring(keys as string)
  } catch (error) {
    if (error instanceof KeystepError) return error
    throw error
  }
  throw new Error('it was taken')
}

describe('createKeyring', () => {
  it('takes one key as bytes, base64, base64url and Secret, padded or not', async () => {
    const same = [
      key,
      new Uint8Array(key),
      key.toString('base64'),
      key.toString('base64').replace('=', ''),
      key.toString('base64url'),
      ` ${key.toString('base64url')}\n`,
      new Secret(key.toString('base64')),
      () => key,
      () => Promise.resolve(key.toString('base64')),
      () => Promise.resolve(new Secret(key.toString('base64url'))),
    ]
    for (const form of same)
      expect(await subkey(createKeyring({ current: { id: 'k1', key: form } }))).toBe(
        refereed(key, SALT, 'challenge'),
      )
    for (const text of [
      `k1:${key.toString('base64')}`,
      ` k1:${key.toString('base64url')}\n`,
      new Secret(`k1:${key.toString('base64')}`),
    ]) {
      expect(await subkey(createKeyring(text))).toBe(refereed(key, SALT, 'challenge'))
    }
  })

  it('copies bytes: wiping the buffer afterwards changes nothing', async () => {
    const buffer = new Uint8Array(key)
    const keyring = createKeyring({ current: { id: 'k1', key: buffer } })
    buffer.fill(0)
    expect(await subkey(keyring)).toBe(refereed(key, SALT, 'challenge'))
  })

  it('reads an environment variable: the first key is current, the others are previous and still make tokens', async () => {
    const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)]
    const keyring = createKeyring(
      `new:${first.toString('base64')}, old:${second.toString('base64url')},\n older:${third.toString('base64')}`,
    )
    expect(keyring.currentId).toBe('new')
    expect(await subkey(keyring)).toBe(refereed(first, SALT, 'challenge'))
    expect(hex(await subkeyOf(keyById(keyring, 'old')!, 'x'))).toBe(refereed(second, SALT, 'x'))
    expect(hex(await subkeyOf(keyById(keyring, 'older')!, 'x'))).toBe(refereed(third, SALT, 'x'))
    expect(['new', 'old', 'older'].map((id) => keyById(keyring, id)?.recordsOnly)).toEqual([
      false,
      false,
      false,
    ])
    expect(keyById(keyring, 'oldest')).toBeUndefined()
    expect(keyById(keyring, '__proto__')).toBeUndefined()
  })

  it('knows which key is kept for records only', () => {
    const keyring = createKeyring({
      current: { id: 'b', key },
      previous: [{ id: 'a', key: randomBytes(32), recordsOnly: true }],
    })
    expect([keyById(keyring, 'b')!.recordsOnly, keyById(keyring, 'a')!.recordsOnly]).toEqual([
      false,
      true,
    ])
  })

  it('law 2: recordsOnly is true or false, and nothing truthy: a leaked key must not go on making tokens', () => {
    for (const recordsOnly of ['true', 1, null, {}, 'false']) {
      expect(
        refusalOf({ current: { id: 'b', key }, previous: [{ id: 'a', key, recordsOnly }] }).code,
      ).toBe('ERR_KEYRING')
    }
  })

  it('two keys of one id throw, however they are written', () => {
    const other = randomBytes(32).toString('base64')
    expect(refusalOf(`a:${key.toString('base64')},a:${other}`).code).toBe('ERR_KEYRING')
    expect(refusalOf({ current: { id: 'a', key }, previous: [{ id: 'a', key: other }] }).code).toBe(
      'ERR_KEYRING',
    )
    expect(
      refusalOf({
        current: { id: 'a', key },
        previous: [
          { id: 'b', key },
          { id: 'b', key: other },
        ],
      }).code,
    ).toBe('ERR_KEYRING')
  })

  it('a key of any length but 32 bytes throws', () => {
    for (const length of [0, 1, 16, 31, 33, 64, 1000]) {
      const wrong = randomBytes(length)
      expect(refusalOf({ current: { id: 'a', key: wrong } }).code, `${length} bytes`).toBe(
        'ERR_KEYRING',
      )
      expect(refusalOf(`a:${wrong.toString('base64')}`).code, `${length} bytes, written`).toBe(
        'ERR_KEYRING',
      )
      expect(
        refusalOf({ current: { id: 'b', key }, previous: [{ id: 'a', key: wrong }] }).code,
        `${length} bytes, previous`,
      ).toBe('ERR_KEYRING')
    }
  })

  it('anything that is no keyring throws ERR_KEYRING, whatever it is', () => {
    const text = key.toString('base64')
    const junk = [
      undefined,
      null,
      0,
      '',
      ' ',
      ',',
      ':',
      'a:',
      `:${text}`,
      text,
      `a:${text},`,
      `a:${text},,b:${text}`,
      `a:b:${text}`,
      `a b:${text}`,
      `a.b:${text}`,
      `ä:${text}`,
      `${'a'.repeat(33)}:${text}`,
      `a:${key.toString('hex')}`,
      `a:${text.slice(1)}`,
      `a:${text}!`,
      `a:${'A'.repeat(1_000_000)}`,
      [],
      {},
      { current: null },
      { current: 'a' },
      { current: {} },
      { current: { id: 'a' } },
      { current: { id: 7, key } },
      { current: { id: '', key } },
      { current: { id: 'a', key: null } },
      { current: { id: 'a', key: 7 } },
      { current: { id: 'a', key: [...key] } },
      { current: { id: 'a', key: new Secret(7) } },
      { current: { id: 'a', key: key.buffer } },
      { current: { id: 'a', key }, previous: 'b' },
      { current: { id: 'a', key }, previous: [null] },
      { current: { id: 'a', key }, previous: {} },
      { current: { id: 'a', key }, previous: null },
      { previous: [{ id: 'a', key }] },
      new Secret(7),
      new Secret(null),
    ]
    for (const keys of junk)
      expect(refusalOf(keys).code, inspect(keys).slice(0, 80)).toBe('ERR_KEYRING')
  })
})

describe('a key function', () => {
  /** A KMS that answers when told to. */
  function kms(...answers: (() => unknown)[]) {
    let calls = 0
    const fetch = async (): Promise<string> => {
      const answer = answers[Math.min(calls++, answers.length - 1)]!
      await new Promise((resume) => setTimeout(resume, 5))
      return answer() as string
    }
    const keys: KeyringKeys = { current: { id: 'k1', key: fetch } }
    return { keyring: createKeyring(keys), calls: () => calls }
  }
  const throwing = (message: string) => () => {
    throw new Error(message)
  }

  it('is not asked before its first use, and then once', async () => {
    const { keyring, calls } = kms(() => key)
    expect(calls()).toBe(0)
    for (let i = 0; i < 3; i++)
      expect(await subkey(keyring, `use ${i}`)).toBe(refereed(key, SALT, `use ${i}`))
    await recordKeyHex(keyring, 'u1.a.b')
    expect(calls()).toBe(1)
  })

  it('first uses at the same time share one call', async () => {
    const { keyring, calls } = kms(() => key)
    const derived = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        i % 2 ? subkey(keyring) : recordKeyHex(keyring, 'u1.a.b'),
      ),
    )
    expect(new Set(derived).size).toBe(2)
    expect(calls()).toBe(1)
  })

  it('is asked again after a rejection: an outage does not outlive itself', async () => {
    const { keyring, calls } = kms(
      throwing('unreachable'),
      throwing('still unreachable'),
      () => key,
    )
    const failures = await Promise.allSettled(Array.from({ length: 10 }, () => subkey(keyring)))
    for (const failure of failures)
      expect(failure).toMatchObject({
        status: 'rejected',
        reason: { code: 'ERR_KEYRING', cause: { message: 'unreachable' } },
      })
    expect(calls()).toBe(1)
    await expect(subkey(keyring)).rejects.toMatchObject({
      code: 'ERR_KEYRING',
      cause: { message: 'still unreachable' },
    })
    expect(await subkey(keyring)).toBe(refereed(key, SALT, 'challenge'))
    expect(await subkey(keyring, 'permit')).toBe(refereed(key, SALT, 'permit'))
    expect(calls()).toBe(3)
  })

  it('is asked again after it answered with no key: ERR_KEYRING, not a short key', async () => {
    const { keyring, calls } = kms(
      () => key.subarray(1),
      () => undefined,
      () => 'AAAA',
      () => null,
      () => key,
    )
    for (let i = 0; i < 4; i++)
      await expect(subkey(keyring)).rejects.toMatchObject({
        name: 'KeystepError',
        code: 'ERR_KEYRING',
      })
    expect(await subkey(keyring)).toBe(refereed(key, SALT, 'challenge'))
    expect(calls()).toBe(5)
  })

  it('may throw before it returns a promise', async () => {
    const keyring = createKeyring({ current: { id: 'k1', key: throwing('no module') } })
    await expect(subkey(keyring)).rejects.toMatchObject({
      code: 'ERR_KEYRING',
      cause: { message: 'no module' },
    })
  })

  it('of a previous key is not asked while nothing needs it', async () => {
    let asked = 0
    const previous = () => {
      asked++
      return randomBytes(32)
    }
    const keyring = createKeyring({
      current: { id: 'k2', key },
      previous: [{ id: 'k1', key: previous }],
    })
    await subkey(keyring)
    expect(asked).toBe(0)
    await subkeyOf(keyById(keyring, 'k1')!, 'challenge')
    expect(asked).toBe(1)
  })
})

describe('generateKeyringKey', () => {
  it('63B-4 3.2.12: makes 32 fresh random bytes under an id of today that createKeyring takes', () => {
    const made = Array.from({ length: 100 }, () => generateKeyringKey())
    expect(new Set(made).size).toBe(100)
    for (const text of made) {
      const [id, written] = text.split(':')
      expect(id).toMatch(/^k20\d\d[01]\d[0-3]\d$/)
      expect(Buffer.from(written!, 'base64url')).toHaveLength(32)
      expect(createKeyring(text).currentId).toBe(id)
    }
  })
})
