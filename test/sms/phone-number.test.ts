import fc from 'fast-check'
import metadata from 'libphonenumber-js/metadata.max.json' with { type: 'json' }
import { describe, expect, it } from 'vitest'
import { budgetNumberOf, parsePhoneNumber } from '../../src/sms/phone-number.ts'
import { noisy } from '../text/noise.ts'

/** Calling code, and the patterns of fixed and mobile national numbers, of each country. */
type Country = [code: string, idd: string, pattern: string, lengths: number[], ...rest: unknown[]]
const countries = Object.values(metadata.countries) as unknown as Country[]
const codes = Object.keys(metadata.country_calling_codes)

/** Whether a fixed or mobile number of a country may begin with 0, by Google's metadata. */
function mayBeginWithZero(country: Country): boolean {
  const types = (country[11] ?? []) as ([pattern: string, lengths?: number[]] | 0)[]
  return types.slice(0, 2).some((type) => {
    if (!type) return false
    const [pattern, lengths = country[3]] = type
    const fits = new RegExp(`^(?:${pattern})$`)
    // The first four digits decide in every pattern that there is; what follows takes any digit.
    return lengths.some((length) =>
      Array.from({ length: 1000 }, (_, n) => `0${String(n).padStart(3, '0')}`).some((start) =>
        [
          '000000000000',
          '123456789012',
          '234567890123',
          '333333333333',
          '555555555555',
          '777777777777',
          '888888888888',
        ].some((rest) => fits.test((start + rest).slice(0, length))),
      ),
    )
  })
}

describe('parsePhoneNumber', () => {
  it.each([
    ['as contacts apps wrap it', '\u202d+49 151 12345678\u202c'],
    ['no-break hyphens', '+49\u2011151\u201112345678'],
    ['en dashes', '+49\u2013151\u201312345678'],
    ['a full-width plus', '\uff0b49 151 12345678'],
    ['all in full width', '＋４９（１５１）１２３４－５６７８'],
    ['slashes', '+49 151/12345678'],
    ['other slashes', '+49\u2044151\u2215123\uff0f45678'],
    ['dots', '+49.151.12345678'],
    ['middle dots', '+49\u00b7151\u00b712345678'],
    ['brackets', '+49 (151) 12345678'],
    ['all in brackets', '(+49) 151 12345678'],
    ['Arabic digits', '+٤٩ ١٥١ ١٢٣٤٥٦٧٨'],
    ['the long vowel mark of Japanese keyboards', '+49ー151ー12345678'],
    ['a closing dot', '+49 151 12345678.'],
    ['quotes', '"+49 151 12345678"'],
    ['no-break spaces', '\u00a0+49\u00a0151\u202f12345678'],
  ])('reads %s', (_, typed) => {
    expect(parsePhoneNumber(typed)).toBe('+4915112345678')
  })

  it('noise at any place changes nothing', () => {
    const number = fc.constantFrom(
      '+4915112345678',
      '+393401234567',
      '+390612345678',
      '+12125550123',
    )
    fc.assert(
      fc.property(
        number.chain((one) => fc.tuple(fc.constant(one), noisy(one))),
        ([one, typed]) => {
          expect(parsePhoneNumber(typed)).toBe(typed.length <= 64 ? one : null)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('what is sent to is what was typed: no digit is added, dropped or changed', () => {
    const typed = fc.string({
      unit: fc.constantFrom(...Array.from('+0123456789 -()./\u2013\u202d\uff0b٣x')),
      maxLength: 24,
    })
    fc.assert(
      fc.property(typed, (text) => {
        const read = parsePhoneNumber(`+4${text}`)
        if (read === null) return
        const digits = text.replaceAll('٣', '3').replace(/[^0-9]/g, '')
        expect(read).toBe(`+4${digits}`)
      }),
      { numRuns: 5000 },
    )
  })

  it('Italy and others keep the zero that a number begins with', () => {
    for (const number of ['+390612345678', '+3780549886000', '+2250123456789', '+22901234567890'])
      expect(parsePhoneNumber(number)).toBe(number)
    expect(parsePhoneNumber('+39 (06) 12345678')).toBe('+390612345678')
    expect(parsePhoneNumber('+39 340 1234567')).toBe('+393401234567')
  })

  it('a zero after the calling code is refused, but where Google’s metadata has such numbers', () => {
    const keeping = [...new Set(countries.filter(mayBeginWithZero).map(([code]) => code))].sort()
    expect(keeping).toEqual(['225', '226', '229', '241', '242', '250', '378', '39', '992'])
    const taken = codes.filter((code) => parsePhoneNumber(`+${code}01234567`) !== null)
    expect(taken.sort()).toEqual(keeping)
  })

  it('knows where each calling code ends', () => {
    expect(codes.length).toBeGreaterThan(200)
    // A zero right after the code is the one that counts; one a place later is a digit.
    for (const code of codes) expect(parsePhoneNumber(`+${code}10123456`), code).not.toBeNull()
    for (const code of codes)
      expect(budgetNumberOf(`+${code}0012345678`), code).toBe(`+${code}12345678`)
  })
})

describe('V21: budgetNumberOf', () => {
  it.each([
    ['+4915112345678', '+49015112345678', '+490015112345678'],
    ['+393401234567', '+3903401234567'],
    ['+525512345678', '+5215512345678'],
    ['+541112345678', '+5491112345678'],
  ])('one number is one budget however it is spelled: %s', (...spellings) => {
    expect(new Set(spellings.map(budgetNumberOf)).size).toBe(1)
  })

  it('different numbers stay different ones', () => {
    const numbers = [
      '+4915112345678',
      '+4915112345679',
      '+4315112345678',
      '+525512345678',
      '+541112345678',
    ]
    expect(new Set(numbers.map(budgetNumberOf)).size).toBe(numbers.length)
    // What looks like a mobile digit and is none: the number is one digit shorter.
    expect(budgetNumberOf('+52155123456')).toBe('+52155123456')
  })
})
