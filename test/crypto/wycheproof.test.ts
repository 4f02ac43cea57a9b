// Wycheproof's published vectors, on every path of every primitive, from a folder beside the
// checkout: they are too large to stand in the project.
import { existsSync, readFileSync } from 'node:fs'
import { OtpKey } from 'keystep/otp'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { slowHash } from '../../src/backup-codes/code-set.ts'
import { expand, extract } from '../../src/crypto/hkdf.ts'
import { createHmacKey } from '../../src/crypto/hmac.ts'
import { createHmacSha1Key, hmacSha1 } from '../../src/crypto/sha1.ts'
import { counterKeyOf } from '../../src/otp/otp-key.ts'
import { loadOn } from './with-and-without.ts'

const folder = new URL('../../../shared/vectors/wycheproof/', import.meta.url)
const isHere = existsSync(folder)
if (!isHere)
  console.warn('skipped: the vectors of Wycheproof; ../shared/vectors/wycheproof is not here')

interface Vector {
  readonly tcId: number
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly [field: string]: unknown
}
type Group = { readonly tests: readonly Vector[]; readonly [size: string]: unknown }

const read = (name: string): readonly Group[] =>
  isHere
    ? (
        JSON.parse(readFileSync(new URL(`${name}_test.json`, folder), 'utf8')) as {
          testGroups: readonly Group[]
        }
      ).testGroups
    : []
const bytes = (value: unknown): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(value as string, 'hex'))
const hex = (value: ArrayBuffer | Uint8Array): string =>
  Buffer.from(value as Uint8Array).toString('hex')

/** The ids of vectors whose verdict is another than the published one. */
const wrong = (groups: readonly Group[], isValid: (vector: Vector, group: Group) => boolean) =>
  groups.flatMap((group) =>
    group.tests
      .filter((vector) => isValid(vector, group) !== (vector.result === 'valid'))
      .map(({ tcId }) => tcId),
  )

describe.skipIf(!isHere)('Wycheproof', () => {
  it.each([
    ['hmac_sha1', (key: Uint8Array, msg: Uint8Array) => hmacSha1(createHmacSha1Key(key), msg)],
    ['hmac_sha256', (key: Uint8Array, msg: Uint8Array) => createHmacKey(key).mac(msg)],
  ])('RFC 2104: %s: every tag, whole and truncated, and no other', (name, mac) => {
    const groups = read(name)
    expect(groups.flatMap(({ tests }) => tests).length).toBeGreaterThan(100)
    expect(
      wrong(groups, ({ key, msg, tag }, { tagSize }) => {
        const size = Number(tagSize) / 4
        return hex(mac(bytes(key), bytes(msg))).slice(0, size) === tag
      }),
    ).toEqual([])
  })

  it.each(['SHA1', 'SHA256', 'SHA512'] as const)(
    'RFC 4226 5.3: %s: codes of the keys that Wycheproof has are those of its tags',
    (algorithm) => {
      const groups = read(`hmac_${algorithm.toLowerCase()}`)
      const eightBytes = groups.flatMap(({ tests, tagSize }) =>
        tests.filter(
          ({ key, msg, result }) =>
            bytes(msg).length === 8 &&
            bytes(key).length >= 10 &&
            result === 'valid' &&
            Number(tagSize) === { SHA1: 160, SHA256: 256, SHA512: 512 }[algorithm] &&
            bytes(msg)[0]! === 0 &&
            bytes(msg)[1]! < 0x20,
        ),
      )
      for (const { key, msg, tag } of eightBytes) {
        const mac = bytes(tag)
        const at = mac.at(-1)! & 15
        const otpKey = OtpKey.fromBytes(bytes(key), { allowShortKey: true })
        const counter = Number(Buffer.from(bytes(msg)).readBigUInt64BE())
        expect(counterKeyOf(otpKey, algorithm).truncatedAt(counter)).toBe(
          Buffer.from(mac).readUInt32BE(at) & 0x7fff_ffff,
        )
      }
    },
  )

  it('RFC 5869: hkdf_sha256: the first 32 bytes of every output of at least so many', () => {
    const groups = read('hkdf_sha256')
    const long = groups.map((group) => ({
      ...group,
      tests: group.tests.filter(({ size, result }) => Number(size) >= 32 && result === 'valid'),
    }))
    expect(long.flatMap(({ tests }) => tests).length).toBeGreaterThan(30)
    expect(
      wrong(long, ({ ikm, salt, info, okm }) => {
        const key = expand(extract(bytes(salt), bytes(ikm)), bytes(info))
        return hex(key) === (okm as string).slice(0, 64)
      }),
    ).toEqual([])
  })

  it('63B-4 3.1.2.2: pbkdf2_hmacsha256: the first 32 bytes of every hash of a printable text', async () => {
    const printable = read('pbkdf2_hmacsha256').flatMap(({ tests }) =>
      tests.filter(({ password, dkLen }) => isText(bytes(password)) && Number(dkLen) >= 32),
    )
    expect(printable.length).toBeGreaterThan(5)
    for (const { tcId, password, salt, iterationCount, dk } of printable) {
      const text = new TextDecoder().decode(bytes(password))
      const hash = await slowHash(text, base64url(salt), Number(iterationCount), undefined)
      expect(Buffer.from(hash, 'base64url').toString('hex'), String(tcId)).toBe(
        (dk as string).slice(0, 64),
      )
    }
  })
})

const isText = (value: Uint8Array): boolean => value.every((byte) => byte >= 0x20 && byte < 0x7f)
const base64url = (value: unknown): string => Buffer.from(bytes(value)).toString('base64url')

describe.skipIf(!isHere).each(['with modules', 'without'] as const)(
  'Wycheproof, AES-256-GCM on a platform %s',
  async (platform) => {
    const { openBytes, sealBytes } = await loadOn(
      platform,
      () => import('../../src/crypto/aead.ts'),
      (aead) => aead.sealBytes(new Uint8Array(32), new Uint8Array(1), new Uint8Array(1)),
    )
    afterAll(() => {
      vi.resetModules()
      vi.restoreAllMocks()
    })
    const ours = read('aes_gcm').filter(
      ({ ivSize, keySize, tagSize }) => ivSize === 96 && keySize === 256 && tagSize === 128,
    )
    const vectors = ours.flatMap(({ tests }) => tests)

    it('SP 800-38D: opens every valid vector, and no other', async () => {
      expect(vectors.length).toBeGreaterThan(50)
      for (const { tcId, key, iv, aad, msg, ct, tag, result } of vectors) {
        const sealed = Buffer.concat([bytes(iv), bytes(ct), bytes(tag)])
        const opened = await openBytes(bytes(key), Uint8Array.from(sealed), bytes(aad))
        expect(opened && hex(opened), String(tcId)).toBe(result === 'valid' ? msg : null)
      }
    })

    it('SP 800-38D: seals to the published bytes under the published nonce', async () => {
      for (const { tcId, key, iv, aad, msg, ct, tag, result } of vectors) {
        if (result !== 'valid') continue
        vi.spyOn(crypto, 'getRandomValues').mockReturnValueOnce(bytes(iv))
        const sealed = await sealBytes(bytes(key), bytes(msg), bytes(aad))
        expect(hex(sealed), String(tcId)).toBe(`${iv as string}${ct as string}${tag as string}`)
      }
    })
  },
)
