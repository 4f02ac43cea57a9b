import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkUserId, recordPrefix } from '../../src/record/record-key.ts'
import { rowOf } from './record.ts'

const refused = expect.objectContaining({ name: 'KeystepError', code: 'ERR_USER_ID' }) as Error
const isEmail = (text: string): boolean => /^\s*[^\s@]+@[^\s@]+\.[^\s@]+\s*$/.test(text)
const userId = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 50 })
  .filter((id) => !isEmail(id))
const realm = fc.string({ unit: 'binary', minLength: 1, maxLength: 16 })

describe('checkUserId', () => {
  const hostile: readonly (readonly [string, unknown])[] = [
    ['undefined', undefined],
    ['null', null],
    ['a number', 42],
    ['zero', 0],
    ['NaN', NaN],
    ['a bigint', 42n],
    ['a boolean', true],
    ['a symbol', Symbol('ada')],
    ['a list', ['ada']],
    ['an object', { id: 'ada' }],
    ['an object with toString', { toString: () => 'ada' }],
    ['an object with valueOf', { valueOf: () => 'ada', length: 3 }],
    ['a String object', new String('ada')],
    ['a function', () => 'ada'],
    ['a date', new Date(0)],
    ['bytes', new TextEncoder().encode('ada')],
    ['nothing', ''],
    ['a lone high surrogate', 'ada\ud83d'],
    ['a lone low surrogate', '\ude00ada'],
    ['surrogates in the wrong order', '\ude00\ud83d'],
    ['201 bytes of ASCII', 'a'.repeat(201)],
    ['201 bytes of three-byte characters', '€'.repeat(67)],
    ['204 bytes of emoji', '😀'.repeat(51)],
    ['10 MB', 'a'.repeat(10_000_000)],
    ['an e-mail address', 'ada@example.com'],
    ['an e-mail address with a tag', 'ada+2fa@mail.example.co.uk'],
    ['an e-mail address in Unicode', 'адa@пример.рф'],
    ['an e-mail address with a quote', "o'hara@example.com"],
    ['an e-mail address with a blank before it', ' ada@example.com'],
    ['an e-mail address with a line break after it', 'ada@example.com\n'],
  ]

  it.each(hostile)('ERR_USER_ID: %s', (_, id) => {
    expect(() => checkUserId(id)).toThrow(refused)
    expect(() => rowOf('default', id as string)).toThrow(refused)
  })

  it('takes any other well-formed string of 1 to 200 bytes as it is', () => {
    const good = [
      'a',
      '0',
      '42',
      'null',
      ' ',
      '\0',
      '__proto__',
      '../x',
      'u1.a.b',
      'a'.repeat(200),
      '€'.repeat(66),
      '😀'.repeat(50),
      'auth0|5f7c',
      '@',
      'a@b',
      'a.b',
    ]
    good.push('550e8400-e29b-41d4-a716-446655440000')
    for (const id of good) expect(() => checkUserId(id), id).not.toThrow()
  })
})

describe('recordKey', () => {
  it('is u1, realm and user id in base64url, for every engine a key of ASCII letters', () => {
    expect(rowOf('default', 'ada')).toBe('u1.ZGVmYXVsdA.YWRh')
    fc.assert(
      fc.property(realm, userId, (place, id) => {
        expect(rowOf(place, id)).toBe(
          `u1.${Buffer.from(place).toString('base64url')}.${Buffer.from(id).toString('base64url')}`,
        )
        expect(rowOf(place, id)).toMatch(/^u1\.[\w-]+\.[\w-]+$/)
        expect(rowOf(place, id).startsWith(recordPrefix(place))).toBe(true)
      }),
    )
  })

  it('V12: is injective: no two users of any two realms share a record', () => {
    const sly = fc.string({
      unit: fc.constantFrom('a', 'A', '.', '-', '_', 'é', 'e\u0301', ' ', '\0'),
      minLength: 1,
      maxLength: 3,
    })
    const either = [fc.oneof(sly, realm), fc.oneof(sly, userId)] as const
    fc.assert(
      fc.property(...either, ...either, (realmA, idA, realmB, idB) => {
        expect(rowOf(realmA, idA) === rowOf(realmB, idB)).toBe(realmA === realmB && idA === idB)
      }),
      { numRuns: 3000 },
    )
  })

  it('V12: tells apart what databases like to confuse: case, accents, blanks, Unicode forms', () => {
    const ids = [
      'ada',
      'Ada',
      'ADA',
      'ada ',
      ' ada',
      'adá',
      'ada\u0301',
      'ａda',
      'ada\0',
      '\u0130',
      'i',
      'ß',
      'ss',
    ]
    expect(new Set(ids.map((id) => rowOf('default', id))).size).toBe(ids.length)
  })

  it('no realm’s prefix is the beginning of another realm’s keys', () => {
    fc.assert(
      fc.property(realm, realm, userId, (a, b, id) => {
        expect(rowOf(b, id).startsWith(recordPrefix(a))).toBe(a === b)
      }),
    )
  })
})
