import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equalBytes, equalText } from '../../src/crypto/constant-time.ts'

const bytes = fc.uint8Array({ maxLength: 12, max: 3 })
const text = fc.string({ unit: fc.constantFrom('0', '1', 'a', '\0'), maxLength: 8 })

describe('equalBytes', () => {
  it('V25: says what a plain comparison says, lengths included', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0)
      }),
      { numRuns: 3000 },
    )
    fc.assert(
      fc.property(bytes, (a) => {
        expect(equalBytes(a, a.slice())).toBe(true)
      }),
    )
  })

  it('V25: a prefix, an extension and a repetition are not equal', () => {
    const a = Uint8Array.of(1, 2, 1, 2)
    for (const other of [[], [1, 2], [1, 2, 1], [1, 2, 1, 2, 1, 2], [1, 2, 1, 2, 0]]) {
      expect(equalBytes(a, Uint8Array.from(other))).toBe(false)
      expect(equalBytes(Uint8Array.from(other), a)).toBe(false)
    }
    expect(equalBytes(Uint8Array.of(0), new Uint8Array())).toBe(false)
  })

  it('V25: reads every byte, wherever the first difference lies', () => {
    for (const differsAt of [0, 15, 31]) {
      const read: number[] = []
      const a = new Uint8Array(32)
      a[differsAt] = 1
      const watched = new Proxy(a, {
        get: (target, property) => {
          if (typeof property === 'string' && /^\d+$/.test(property)) read.push(Number(property))
          return Reflect.get(target, property, target) as unknown
        },
      })
      expect(equalBytes(watched, new Uint8Array(32))).toBe(false)
      expect(read).toEqual(Array.from({ length: 32 }, (_, i) => i))
    }
  })
})

describe('equalText', () => {
  it('V25: says what === says, lengths included', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(equalText(a, b)).toBe(a === b)
      }),
      { numRuns: 3000 },
    )
    fc.assert(
      fc.property(text, (a) => {
        expect(equalText(a, a)).toBe(true)
      }),
    )
  })

  it('V25: one changed character anywhere is a difference', () => {
    const mac = 'Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9'
    for (let i = 0; i < mac.length; i++)
      expect(equalText(mac, `${mac.slice(0, i)}-${mac.slice(i + 1)}`)).toBe(false)
  })
})
