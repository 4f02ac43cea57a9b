import { createHmac, randomBytes } from 'node:crypto'
import { createKeyring } from 'keystep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { macOf, recordKeyOf, subkeyOf } from '../../src/crypto/derived-keys.ts'
import { createHmacKey } from '../../src/crypto/hmac.ts'
import { currentKey } from '../../src/crypto/keyring.ts'
import { framed, hex, keyOfRecord, recordKeyHex, refereed, SALT, subkey } from './derivation.ts'

const key = randomBytes(32)

describe('derivation', () => {
  it('RFC 5869: agrees with hkdfSync of node:crypto on the subkey of any use', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.string({ unit: 'binary', maxLength: 20 }),
        async (material, use) => {
          const keyring = createKeyring({ current: { id: 'k1', key: material } })
          expect(await subkey(keyring, use)).toBe(refereed(material, SALT, use))
        },
      ),
    )
  })

  it('RFC 5869: agrees with hkdfSync of node:crypto on the key of any record', async () => {
    const entry = currentKey(createKeyring({ current: { id: 'k1', key } }))
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (recordKey) => {
        expect(hex(await keyOfRecord(entry, recordKey))).toBe(
          refereed(key, SALT, 'record', recordKey),
        )
      }),
    )
  })

  it('V12: what seals a record is tied to the version of its envelope, the key that seals and its place in the store', async () => {
    const entry = currentKey(createKeyring({ current: { id: 'k1', key } }))
    const { associated } = await recordKeyOf(entry, 'u1.a.é')
    expect(Buffer.from(associated).toString()).toBe(framed('ks1', 'record', 'k1', 'u1.a.é'))
  })

  it('RFC 2104: agrees with createHmac of node:crypto on the MAC of framed parts', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 4 }),
        (macKey, parts) => {
          expect(hex(macOf(createHmacKey(macKey), ...parts))).toBe(
            createHmac('sha256', macKey)
              .update(framed(...parts))
              .digest('hex'),
          )
        },
      ),
    )
  })

  it('gives every record and every use a key of its own, under every keyring key', async () => {
    const entries = [
      currentKey(createKeyring({ current: { id: 'k1', key } })),
      currentKey(createKeyring({ current: { id: 'k1', key: randomBytes(32) } })),
    ]
    const names = [
      '',
      'record',
      'challenge',
      'permit',
      'enrollment',
      'u1.a.b',
      'u1.a.c',
      'record6:u1.a.b',
    ]
    const derived = await Promise.all(
      entries.flatMap((entry) =>
        names.flatMap((name) => [keyOfRecord, subkeyOf].map(async (derive) => derive(entry, name))),
      ),
    )
    expect(new Set(derived.map(hex)).size).toBe(entries.length * names.length * 2)
    expect(derived.map(hex)).not.toContain(key.toString('hex'))
  })

  it('derives the same again, and from the key alone: the id takes no part, so that a key may be named anew', async () => {
    const [a, b] = [
      createKeyring({ current: { id: 'k1', key } }),
      createKeyring({ current: { id: 'k2', key } }),
    ]
    expect(await subkey(a)).toBe(await subkey(a))
    expect(await subkey(a)).toBe(await subkey(b))
  })

  it('keeps the keys of some thousand records and no more, and gives the same ones again', async () => {
    const keyring = createKeyring({ current: { id: 'k1', key } })
    const { recordKeys } = currentKey(keyring)
    const first = await recordKeyHex(keyring, 'u1.a.0')
    for (let i = 1; i < 5000; i++) await recordKeyHex(keyring, `u1.a.${i}`)
    expect(recordKeys.has('u1.a.0')).toBe(false)
    expect(recordKeys.size).toBeLessThan(4097)
    expect(await recordKeyHex(keyring, 'u1.a.0')).toBe(first)
  })
})
