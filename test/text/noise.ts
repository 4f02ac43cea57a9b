import fc from 'fast-check'

/** Every code point that can stand in a text, as a text of its own. */
export const everyCharacter: readonly string[] = Array.from(
  { length: 0x110000 },
  (_, place) => place,
)
  .filter((place) => place < 0xd800 || place > 0xdfff)
  .map((place) => String.fromCodePoint(place))

// Written out here, and not taken from the module under test: what people and programs put in.
const spaces = [' ', '\t', '\n', '\r\n', '\u0085', '\u00a0', '\u1680', '\u2009', '\u202f', '\u3000']
const invisible = [
  ...['\u00ad', '\u034f', '\u061c', '\u115f', '\u180e', '\u200b', '\u200c', '\u200d', '\u200e'],
  ...['\u200f', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2060', '\u2061', '\u2064'],
  ...['\u2066', '\u2067', '\u2068', '\u2069', '\u206a', '\u206f', '\u3164', '\ufe0f', '\ufeff'],
  ...['\uffa0', '\u2800', '\ufffc', '\u{e0001}', '\u{e0061}', '\u{e0100}'],
]
const dashes = [
  ...[
    '-',
    '\u058a',
    '\u05be',
    '\u2010',
    '\u2011',
    '\u2012',
    '\u2013',
    '\u2014',
    '\u2015',
    '\u2043',
  ],
  ...['\u207b', '\u2212', '\u301c', '\u30fc', '\ufe58', '\ufe63', '\uff0d', '\uff70'],
]
const quotes = [
  ...[
    '"',
    "'",
    '`',
    '\u00b4',
    '\u00ab',
    '\u00bb',
    '\u2018',
    '\u2019',
    '\u201a',
    '\u201b',
    '\u201c',
  ],
  ...['\u201d', '\u201e', '\u201f', '\u2032', '\u2033', '\u2039', '\u203a', '\u300c', '\u300d'],
  ...['\u300e', '\u300f', '\u301d', '\u301e', '\u301f', '\uff02', '\uff07', '\uff62', '\uff63'],
]
const closing = [
  ...['.', ',', ';', ':', '!', '?', ')', ']', '}', '>', '\u2026', '\u060c', '\u061f', '\u0964'],
  ...[
    '\u3001',
    '\u3002',
    '\u3011',
    '\uff01',
    '\uff09',
    '\uff0c',
    '\uff0e',
    '\uff1a',
    '\uff1f',
    '\uff61',
  ],
]
const opening = ['(', '[', '{', '<', '\u3010', '\uff08', '\u2022', '*']

export const within: readonly string[] = [...spaces, ...invisible, ...dashes]
export const before: readonly string[] = [...within, ...quotes, ...opening]
export const after: readonly string[] = [...within, ...quotes, ...closing, '*']

const run = (noise: readonly string[]) =>
  fc.array(fc.constantFrom(...noise), { maxLength: 3 }).map((parts) => parts.join(''))

/** A text with noise before, between and after its characters. */
export function noisy(text: string): fc.Arbitrary<string> {
  const characters = Array.from(text)
  const gaps = fc.array(run(within), { minLength: characters.length, maxLength: characters.length })
  return fc
    .tuple(run(before), gaps, run(after))
    .map(([head, between, tail]) =>
      [
        head,
        ...characters.map((one, i) => one + (i < characters.length - 1 ? between[i]! : '')),
        tail,
      ].join(''),
    )
}
