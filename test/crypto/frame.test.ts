import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteLength, frame, isWellFormed } from '../../src/crypto/frame.ts'

/** Parts that look like frames themselves: where joining goes wrong if anywhere. */
const sly = fc.string({
  unit: fc.constantFrom('0', '1', '2', '3', ':', ',', 'a', 'é', '😀', '\0'),
  maxLength: 8,
})
const part = fc.oneof(sly, fc.string({ unit: 'binary', maxLength: 12 }))
const parts = fc.array(part, { maxLength: 5 })
const key = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Reads a frame back, by its own description: the length in bytes, a colon, so many bytes. */
function unframe(bytes: Uint8Array): string[] {
  const read: string[] = []
  let rest = Buffer.from(bytes)
  while (rest.length > 0) {
    const colon = rest.indexOf(':')
    const length = Number(rest.subarray(0, colon).toString('latin1'))
    if (colon < 1 || !Number.isInteger(length)) throw new Error('this is no frame')
    read.push(rest.subarray(colon + 1, colon + 1 + length).toString('utf8'))
    rest = rest.subarray(colon + 1 + length)
  }
  return read
}

describe('frame', () => {
  it('is injective: every list of parts can be read back from its bytes', () => {
    fc.assert(
      fc.property(parts, (list) => {
        expect(unframe(frame(...list))).toEqual(list)
      }),
      { numRuns: 5000 },
    )
  })

  it('is injective: two different lists never give the same bytes', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(key(frame(...a)) === key(frame(...b))).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
      { numRuns: 5000 },
    )
  })

  it('tells apart what plain joining would confuse', () => {
    const lists = [
      [],
      [''],
      ['', ''],
      ['ab'],
      ['a', 'b'],
      ['a:b'],
      ['a', ''],
      ['', 'a'],
      ['1:a'],
      ['3:1:a'],
      ['é'],
      ['e\u0301'],
      ['a1:b'],
      ['a', '1:b'],
    ]
    expect(new Set(lists.map((list) => key(frame(...list)))).size).toBe(lists.length)
  })
})

describe('byteLength', () => {
  it('is the length in UTF-8 of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(byteLength(text)).toBe(Buffer.byteLength(text))
      }),
    )
  })
})

describe('isWellFormed', () => {
  it('is false exactly where a surrogate stands alone, wherever it stands', () => {
    const unit = fc.constantFrom('a', '😀', '\ud83d', '\ude00', '')
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 6 }), (units) => {
        const text = units.join('')
        expect(isWellFormed(text)).toBe(Buffer.from(text, 'utf8').toString('utf8') === text)
      }),
      { numRuns: 2000 },
    )
  })
})
