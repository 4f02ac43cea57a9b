import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCode } from '../../src/otp/code-text.ts'

describe('parseCode', () => {
  it('V7: drops white space in and around, a pasted no-break space among it', () => {
    const spaces = [
      ' 047164',
      '047164 ',
      '047 164',
      ' 0 4 7 1 6 4 ',
      '047164\n',
      '\t047164\r\n',
      '047\u00a0164',
      '047\u2009164',
    ]
    for (const typed of spaces) expect(parseCode(typed, 6), JSON.stringify(typed)).toBe('047164')
  })

  it('any spacing of any code gives the code back, up to 64 characters', () => {
    const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\u00a0'), maxLength: 6 })
    const length = fc.constantFrom(6 as const, 7 as const, 8 as const)
    const spaced = fc.array(fc.tuple(fc.nat(9), space), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(length, space, spaced, (digits, before, pairs) => {
        const chosen = pairs.slice(0, digits)
        const typed = before + chosen.map(([digit, gap]) => `${digit}${gap}`).join('')
        expect(parseCode(typed, digits)).toBe(
          typed.length <= 64 ? chosen.map(([digit]) => digit).join('') : null,
        )
      }),
    )
  })

  it('V7: drops dashes, invisible marks, quotes and closing punctuation', () => {
    for (const typed of ['123-456', '123–456', '123456\u200e', '123456.', '"123456"', '(123456),'])
      expect(parseCode(typed, 6), JSON.stringify(typed)).toBe('123456')
    expect(parseCode('1234-5678', 8)).toBe('12345678')
  })

  it('reads digits of every script by their value, and full-width ones', () => {
    for (const typed of ['１２３４５６', '١٢٣٤٥٦', '۱۲۳۴۵۶', '१२३४५६', '𝟏𝟐𝟑𝟒𝟓𝟔', '𝟭𝟮𝟯𝟰𝟱𝟲'])
      expect(parseCode(typed, 6), typed).toBe('123456')
  })

  it('anything but exactly `digits` digits is null', () => {
    const signs = ['', ' ', '      ', '47164', '0471640', '+47164', '-47164', '47164x', 'x47164']
    const numbers = ['1e5', '100e3', '0x1234', '4716.4', '047.164', '047164.0', '04716\u0000']
    const scripts = ['４７１６４', '٠٤٧١٦٤٠', '𝟎𝟒𝟕', '²34567', '⓪④⑦①⑥④', '〇四七一六四', '五']
    for (const typed of [...signs, ...numbers, ...scripts])
      expect(parseCode(typed, 6), JSON.stringify(typed)).toBeNull()
    expect(parseCode('047164', 7)).toBeNull()
    expect(parseCode('047164', 8)).toBeNull()
  })

  it('what is no string is null, whatever it would turn into', () => {
    const text = '047164'
    const primitives = [null, undefined, 47164, 470164, 470164n, NaN, true, Symbol(text)]
    const objects: unknown[] = [
      [text],
      { length: 6 },
      { toString: () => text },
      new String(text),
      () => text,
    ]
    for (const typed of [...primitives, ...objects]) expect(parseCode(typed, 6)).toBeNull()
  })

  it('never throws and never gives anything but the asked number of digits', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.constantFrom(6 as const, 7 as const, 8 as const),
        (typed, digits) => {
          const code = parseCode(typed, digits)
          if (code !== null) expect(code).toMatch(new RegExp(`^[0-9]{${digits}}$`))
        },
      ),
    )
  })
})
