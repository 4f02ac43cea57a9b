import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { createKeyring, KeystepError } from 'keystep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openRecord, sealedUnder, sealRecord } from '../../src/crypto/envelope.ts'

const key = randomBytes(32)
const keyring = createKeyring({ current: { id: 'k1', key } })
const ROW = 'u1.ZGVmYXVsdA.YWRh'
const TEXT = JSON.stringify({ schema: 1, label: 'Ada’s phone 📱' })
const framed = (...parts: string[]): string =>
  parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('')
const recordKeyByNode = (row: string) =>
  Buffer.from(hkdfSync('sha256', key, 'keystep-1', framed('keystep-1', 'record', row), 32))
const bodyOf = (sealed: string): Buffer => Buffer.from(sealed.split('.')[2]!, 'base64url')
const withBody = (sealed: string, body: Uint8Array): string =>
  `${sealed.split('.').slice(0, 2).join('.')}.${Buffer.from(body).toString('base64url')}.`

async function codeOf(opening: Promise<string>): Promise<string> {
  try {
    await opening
  } catch (error) {
    if (error instanceof KeystepError) return error.code
    throw error
  }
  return 'opened'
}

describe('sealRecord', () => {
  it('node:crypto opens it, given the derived key and the bindings that the plan names', async () => {
    const sealed = await sealRecord(keyring, ROW, TEXT)
    const [version, id, , end] = sealed.split('.')
    expect([version, id, end]).toEqual(['ks1', 'k1', ''])
    const body = bodyOf(sealed)
    const decipher = createDecipheriv('aes-256-gcm', recordKeyByNode(ROW), body.subarray(0, 12), {
      authTagLength: 16,
    })
    decipher.setAAD(Buffer.from(framed('ks1', 'record', 'k1', ROW))).setAuthTag(body.subarray(-16))
    expect(
      decipher.update(body.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8'),
    ).toBe(TEXT)
  })

  it('it opens what node:crypto sealed so', async () => {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', recordKeyByNode(ROW), nonce)
    cipher.setAAD(Buffer.from(framed('ks1', 'record', 'k1', ROW)))
    const body = Buffer.concat([nonce, cipher.update(TEXT), cipher.final(), cipher.getAuthTag()])
    expect(await openRecord(keyring, ROW, `ks1.k1.${body.toString('base64url')}.`)).toBe(TEXT)
  })

  it('opens any text under any key of a row again, and shows nothing of it', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 500 })
    await fc.assert(
      fc.asyncProperty(text, fc.string({ unit: 'binary', maxLength: 40 }), async (plain, row) => {
        const sealed = await sealRecord(keyring, row, plain)
        expect(await openRecord(keyring, row, sealed)).toBe(plain)
        expect(sealed).toMatch(/^ks1\.k1\.[\w-]+\.$/)
        if (plain.length >= 4) expect(bodyOf(sealed).includes(plain)).toBe(false)
      }),
    )
  })

  it('seals the same text differently each time', async () => {
    const sealed = await Promise.all(
      Array.from({ length: 100 }, () => sealRecord(keyring, ROW, TEXT)),
    )
    expect(new Set(sealed).size).toBe(100)
  })
})

describe('openRecord', () => {
  it('opens what a previous key sealed, and seals under the current one', async () => {
    const rotated = createKeyring({
      current: { id: 'k2', key: randomBytes(32) },
      previous: [{ id: 'k1', key }],
    })
    const sealed = await sealRecord(keyring, ROW, TEXT)
    expect(await openRecord(rotated, ROW, sealed)).toBe(TEXT)
    const resealed = await sealRecord(rotated, ROW, TEXT)
    expect([sealedUnder(sealed), sealedUnder(resealed)]).toEqual(['k1', 'k2'])
    expect(await codeOf(openRecord(keyring, ROW, resealed))).toBe('ERR_UNKNOWN_KEY')
  })

  it('opens what a key kept for records only sealed', async () => {
    const leaked = createKeyring({
      current: { id: 'k2', key: randomBytes(32) },
      previous: [{ id: 'k1', key, recordsOnly: true }],
    })
    expect(await openRecord(leaked, ROW, await sealRecord(keyring, ROW, TEXT))).toBe(TEXT)
  })

  it('ERR_UNKNOWN_KEY: an id that the keyring does not have', async () => {
    const other = createKeyring({ current: { id: 'k9', key } })
    expect(await codeOf(openRecord(other, ROW, await sealRecord(keyring, ROW, TEXT)))).toBe(
      'ERR_UNKNOWN_KEY',
    )
  })

  it('ERR_RECORD_SEAL: another key under the same id', async () => {
    const other = createKeyring({ current: { id: 'k1', key: randomBytes(32) } })
    expect(await codeOf(openRecord(other, ROW, await sealRecord(keyring, ROW, TEXT)))).toBe(
      'ERR_RECORD_SEAL',
    )
  })

  it('ERR_RECORD_SEAL: the same key under another id, since the id is authenticated', async () => {
    const named = createKeyring({ current: { id: 'k2', key }, previous: [{ id: 'k1', key }] })
    const sealed = await sealRecord(keyring, ROW, TEXT)
    expect(await codeOf(openRecord(named, ROW, sealed.replace('ks1.k1.', 'ks1.k2.')))).toBe(
      'ERR_RECORD_SEAL',
    )
  })

  it('ERR_RECORD_SEAL: rows that were swapped, so that nobody gets another user’s factors', async () => {
    const rows = [
      'u1.ZGVmYXVsdA.YWRh',
      'u1.ZGVmYXVsdA.Ym9i',
      'u1.b3RoZXI.YWRh',
      's1.ZGVmYXVsdA.YWRh',
      '',
    ]
    const sealed = await Promise.all(rows.map((row) => sealRecord(keyring, row, TEXT)))
    for (const [i, row] of rows.entries()) {
      for (const [j, value] of sealed.entries())
        expect(await codeOf(openRecord(keyring, row, value))).toBe(
          i === j ? 'opened' : 'ERR_RECORD_SEAL',
        )
    }
  })

  it('ERR_RECORD_SEAL: any changed bit of the sealed bytes', async () => {
    const sealed = await sealRecord(keyring, ROW, TEXT)
    const body = bodyOf(sealed)
    for (let bit = 0; bit < body.length * 8; bit++) {
      const tampered = Uint8Array.from(body, (byte, i) =>
        i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
      )
      expect(await codeOf(openRecord(keyring, ROW, withBody(sealed, tampered))), `bit ${bit}`).toBe(
        'ERR_RECORD_SEAL',
      )
    }
  })

  it('any changed character of a row, at every place, is refused with a code of the table', async () => {
    const sealed = await sealRecord(keyring, ROW, TEXT)
    const codes = new Set<string>()
    for (let at = 0; at < sealed.length; at++) {
      for (const letter of ['A', 'z', '2', '-', '.', '=', '\0', 'é']) {
        if (sealed[at] === letter) continue
        const code = await codeOf(
          openRecord(keyring, ROW, sealed.slice(0, at) + letter + sealed.slice(at + 1)),
        )
        expect(code, `${letter} at ${at}`).toMatch(
          /^ERR_(RECORD_SHAPE|RECORD_SEAL|RECORD_VERSION|UNKNOWN_KEY)$/,
        )
        codes.add(code)
      }
    }
    expect(codes.size).toBe(4)
  })

  it('ERR_RECORD_SHAPE: a row that a narrow column cut off, at every length', async () => {
    const sealed = await sealRecord(keyring, ROW, TEXT)
    for (let length = 0; length < sealed.length; length++) {
      expect(
        await codeOf(openRecord(keyring, ROW, sealed.slice(0, length))),
        `${length} characters`,
      ).toBe('ERR_RECORD_SHAPE')
    }
    expect(await codeOf(openRecord(keyring, ROW, sealed.slice(1)))).toBe('ERR_RECORD_SHAPE')
  })

  it('SP 800-38D 5.2.1.2: a GCM tag cut short opens nothing, even where the row is whole in itself', async () => {
    const sealed = await sealRecord(keyring, ROW, TEXT)
    const body = bodyOf(sealed)
    for (let cut = 1; cut <= body.length - 1; cut++) {
      expect(
        await codeOf(openRecord(keyring, ROW, withBody(sealed, body.subarray(0, -cut)))),
        `${cut} bytes cut`,
      ).toBe('ERR_RECORD_SEAL')
    }
    expect(await codeOf(openRecord(keyring, ROW, withBody(sealed, Buffer.alloc(0))))).toBe(
      'ERR_RECORD_SHAPE',
    )
  })

  it('ERR_RECORD_SHAPE: what was never sealed', async () => {
    const never = [
      '',
      'ks1',
      'ks1.',
      'ks1..',
      'ks1.k1.',
      'ks1.k1..',
      'ks1..AAAA.',
      '{"schema":1}',
      'null',
      'undefined',
      'ks1.k1.AAAA',
      'ks1.k1.A.',
      'ks1.k1.AB.',
      'ks1.k1.AA==.',
    ]
    never.push(
      'ks1.k 1.AAAA.',
      `ks1.${'k'.repeat(33)}.AAAA.`,
      ' ks1.k1.AAAA.',
      'ks1.k1.AAAA.\n',
      'ks1.k1.AA AA.',
      'ks1.k1.AAAA.AAAA.',
      'KS1.k1.AAAA.',
    )
    for (const value of never)
      expect(await codeOf(openRecord(keyring, ROW, value)), value).toBe('ERR_RECORD_SHAPE')
    expect(await codeOf(openRecord(keyring, ROW, `ks1.k1.${'A'.repeat(5_000_001)}.`))).toBe(
      'ERR_RECORD_SHAPE',
    )
  })

  it('ERR_RECORD_VERSION: an envelope of a newer version, whatever is in it', async () => {
    for (const value of ['ks2.k1.AAAA.', 'ks10.anything at all', 'ks2.']) {
      expect(await codeOf(openRecord(keyring, ROW, value)), value).toBe('ERR_RECORD_VERSION')
      expect(() => sealedUnder(value)).toThrow(
        expect.objectContaining({ code: 'ERR_RECORD_VERSION' }) as Error,
      )
    }
  })

  it('law 3: a KMS that fails is an outage with its cause, and the next opening asks again', async () => {
    let isUp = false
    const kms = createKeyring({
      current: { id: 'k1', key: () => (isUp ? key : Promise.reject(new Error('unreachable'))) },
    })
    const sealed = await sealRecord(keyring, ROW, TEXT)
    await expect(openRecord(kms, ROW, sealed)).rejects.toMatchObject({
      code: 'ERR_KEYRING',
      cause: { message: 'unreachable' },
    })
    isUp = true
    expect(await openRecord(kms, ROW, sealed)).toBe(TEXT)
  })

  it('law 5: no refusal repeats the row, its key or its text', async () => {
    const sealed = await sealRecord(keyring, ROW, TEXT)
    const tries = [
      sealed.slice(0, -1),
      sealed.replace('.k1.', '.k7.'),
      withBody(sealed, bodyOf(sealed).subarray(1)),
      'ks1.SECRETMARK',
      'ks9.SECRETMARK',
    ]
    for (const value of tries) {
      const error = await openRecord(keyring, ROW, value).catch((caught: unknown) => caught)
      const { message, stack, cause } = error as KeystepError
      expect(cause).toBeUndefined()
      for (const mark of ['SECRETMARK', ROW, value.slice(8, 30), 'Ada', 'k7'])
        expect(message + (stack ?? '')).not.toContain(mark)
    }
  })
})
