import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bareText, unwrapText } from '../../src/text/bare-text.ts'
import { after, before, everyCharacter, noisy, within } from './noise.ts'

const digitsOf = (system: string): string[] => {
  const format = new Intl.NumberFormat('en', { numberingSystem: system, useGrouping: false })
  return Array.from({ length: 10 }, (_, value) => format.format(value))
}

describe('bareText', () => {
  it('drops white space, dashes and what is not drawn wherever it stands', () => {
    for (const noise of within)
      expect(bareText(`${noise}4${noise}2${noise}`), escape(noise)).toBe('42')
  })

  it('drops quotes, brackets and the ends of sentences around a value, never within it', () => {
    const isDropped = (noise: string) => within.includes(noise)
    for (const noise of before.filter((one) => !isDropped(one))) {
      expect(bareText(`${noise}42`), escape(noise)).toBe('42')
      expect(bareText(`4${noise}2`), escape(noise)).not.toBe('42')
    }
    for (const noise of after.filter((one) => !isDropped(one))) {
      expect(bareText(`42${noise}`), escape(noise)).toBe('42')
      expect(bareText(`4${noise}2`), escape(noise)).not.toBe('42')
    }
  })

  it('noise of any kind at any place that it is found in changes nothing', () => {
    const value = fc.stringMatching(/^[0-9A-Za-z]{1,24}$/)
    fc.assert(
      fc.property(
        value.chain((text) => fc.tuple(fc.constant(text), noisy(text))),
        ([text, typed]) => {
          expect(bareText(typed)).toBe(text)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('all of Unicode: every format character and every ignorable one is noise', () => {
    const ignorable = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Pd}\p{Dash}]/u
    const kept = everyCharacter.filter(
      (one) => ignorable.test(one) && bareText(`4${one}2`) !== '42',
    )
    expect(kept.map(escape)).toEqual([])
  })

  it('all of Unicode: no letter, digit, symbol, mark or control character is dropped', () => {
    const meant = /[\p{L}\p{N}\p{S}\p{M}\p{Cc}\p{Co}]/u
    // What looks like a dash or like nothing, although Unicode counts it a letter, mark or symbol.
    const looks = /[\p{Default_Ignorable_Code_Point}\p{Dash}\s\u0085\u2800\u30fc\uff70\ufffc]/u
    const dropped = everyCharacter.filter(
      (one) => meant.test(one) && !looks.test(one) && bareText(`4${one}2`) === '42',
    )
    expect(dropped.map(escape)).toEqual([])
  })

  it('all of Unicode: every decimal digit is read by its value, and nothing else becomes a digit', () => {
    const numerals = everyCharacter.filter((one) => /\p{Nd}/u.test(one))
    expect(numerals.length).toBeGreaterThanOrEqual(650)
    // Runs of ten, each from 0 to 9: what the value is computed from.
    numerals.forEach((one, i) => expect(bareText(one), escape(one)).toBe(String(i % 10)))
    const others = everyCharacter.filter(
      (one) => !/\p{Nd}/u.test(one) && /[0-9]/.test(bareText(`x${one}x`)),
    )
    expect(others.map(escape)).toEqual([])
  })

  it('digits have the values that the platform writes them for, in every numbering system', () => {
    const systems = Intl.supportedValuesOf('numberingSystem').filter((system) =>
      digitsOf(system).every((one) => /^\p{Nd}$/u.test(one)),
    )
    expect(systems.length).toBeGreaterThan(50)
    for (const system of systems)
      expect(digitsOf(system).map(bareText), system).toEqual(Array.from('0123456789'))
  })

  it('full-width and mathematical forms are read as the ASCII that they are', () => {
    const wide = Array.from({ length: 0x5e }, (_, i) => String.fromCharCode(0xff01 + i))
    const read = wide.map((one) => bareText(`x${one}x`).slice(1, -1))
    const ascii = wide
      .map((_, i) => String.fromCharCode(0x21 + i))
      .map((one) => (one === '-' ? '' : one))
    expect(read).toEqual(ascii)
    expect(bareText('𝐀𝖡𝙲𝟏𝟚𝟹')).toBe('ABC123')
  })

  it('never throws, and reading twice is reading once', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom(...after, 'A', '\ud800') }),
        (a, b) => {
          for (const text of [a, b, a + b]) expect(bareText(bareText(text))).toBe(bareText(text))
        },
      ),
    )
  })
})

describe('unwrapText', () => {
  it('takes off what is not drawn at both ends, and quotes as far as they were opened', () => {
    for (const [wrapped, bare] of [
      [' a: b ', 'a: b'],
      ['\ufeff\u202aa: b\u202c\r\n', 'a: b'],
      ['"a: b"', 'a: b'],
      ['<a: b>,', 'a: b'],
      ['\u201ca: b.\u201d', 'a: b.'],
      ['("a: b").', 'a: b'],
      ['- a: b', 'a: b'],
      ['\u2022 `a: b`', 'a: b'],
    ] as const)
      expect(unwrapText(wrapped), wrapped).toBe(bare)
  })

  it('leaves what ends a text of its own: a dot, a quote, a bracket', () => {
    for (const text of ['a: b.', "a: b'", 'a: (b)', 'a: b!', 'a: b"', 'a: "b"'])
      expect(unwrapText(text)).toBe(text)
  })
})

function escape(text: string): string {
  return Array.from(text, (one) => `U+${one.codePointAt(0)!.toString(16).padStart(4, '0')}`).join(
    ' ',
  )
}
