import fc from 'fast-check'
import { Secret } from 'keystep'
import { describe, expect, it } from 'vitest'
import { CROCKFORD, normalizeCrockford, randomCrockford } from '../../src/backup-codes/crockford.ts'
import { noisy } from '../text/noise.ts'

describe('normalizeCrockford', () => {
  it('reads back whatever randomCrockford makes, grouped any way', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 9 }),
        (length, group) => {
          const code = randomCrockford(length)
          expect(
            normalizeCrockford(
              new Secret(code).reveal().replace(new RegExp(`(.{${group}})`, 'g'), '$1-'),
              length,
            ),
          ).toBe(code)
        },
      ),
    )
  })

  const CODE = '0XJ4-9V2M-QRST-7ABC'
  const BARE = '0XJ49V2MQRST7ABC'

  it.each([
    ['full-width letters', '０ＸＪ４－９Ｖ２Ｍ－ＱＲＳＴ－７ＡＢＣ'],
    ['a zero-width space', '0XJ4-9V2M-\u200bQRST-7ABC'],
    ['marks of direction', `\u202d${CODE}\u202c`],
    ['a soft hyphen', '0XJ4\u00ad9V2M\u00adQRST\u00ad7ABC'],
    ['a closing dot', `${CODE}.`],
    ['quotes and a comma', `"${CODE}",`],
    ['its number in a list', `1. ${CODE}`],
    ['its number of two digits', `10. ${CODE}`],
    ['its number before a bracket', `1) ${CODE}`],
    ['its number in brackets', `(1) ${CODE}`],
    ['its number in full width', `１．${CODE}`],
    ['its number, and quotes', `3. \u201c${CODE}\u201d;`],
    ['a bullet', `\u2022 ${CODE}`],
    ['digits of another script', CODE.replace('4', '٤').replace('7', '۷')],
  ])('forgives %s', (_, typed) => {
    expect(normalizeCrockford(typed, 16)).toBe(BARE)
  })

  it.each([
    ['a letter more', `${CODE}X`],
    ['a letter less', CODE.slice(0, -1)],
    ['a number without a dot, which reads as a letter of the code', `1 ${CODE}`],
    ['a number of three digits', `100. ${CODE}`],
    ['two numbers', `1. 2. ${CODE}`],
    ['a dot within', CODE.replaceAll('-', '.')],
    ['a letter that merely turns into one of the alphabet', CODE.replace('J', '\u212a')],
    ['a circled digit', CODE.replace('4', '④')],
    ['U, which is none of the alphabet', CODE.replace('J', 'U')],
    ['a plus sign', `+${CODE}`],
    ['a NUL', `${CODE}\u0000`],
    ['a list', [CODE]],
  ])('takes no %s', (_, typed) => {
    expect(normalizeCrockford(typed, 16)).toBeNull()
  })

  it('no noise and no number of a list makes one code of another', () => {
    const letters = fc.string({ unit: fc.constantFrom(...CROCKFORD), minLength: 16, maxLength: 16 })
    const numbered = letters.chain((code) =>
      fc.tuple(
        fc.constant(code),
        fc.constantFrom('', '1. ', '9)', '10. ', '(32) ', '7: '),
        noisy(code),
      ),
    )
    fc.assert(
      fc.property(numbered, ([code, number, typed]) => {
        expect(normalizeCrockford(number + typed, 16)).toBe(code)
      }),
      { numRuns: 2000 },
    )
  })
})
