/** The hostile table of codes and keys, for every runner and runtime, so without imports. */
const RFC_KEY_BASE32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const RFC_KEY_BYTES = new TextEncoder().encode('12345678901234567890')

/** At this step the RFC key shows a code that begins with a zero. */
export const PROBE_STEP = 50_559_371
export const RIGHT_CODE = '047164'

/** The right code as people paste it: accepted. */
export const CODES_TAKEN: readonly (readonly [name: string, code: string])[] = [
  ['right code', RIGHT_CODE],
  ["right code with spaces ' 0dd ddd'", ' 047 164'],
  ['right code, trailing newline', '047164\n'],
  ['right code, spaced out', ' 0 4 7 1 6 4 '],
  ['right code after a no-break space', '\u00a0047164'],
]

/** What is no code, or not the right one: null, never a throw. */
export const CODES_REFUSED: readonly (readonly [name: string, code: unknown])[] = [
  ['wrong code', '047165'],
  ['full-width digits of the right code', '０４７１６４'],
  ['Arabic-Indic digits of the right code', '٠٤٧١٦٤'],
  ['mathematical digits of the right code', '𝟎𝟒𝟕𝟏𝟔𝟒'],
  ['Number(right), leading 0 lost', 47164],
  ["right minus its 0 + 'x'", '47164x'],
  ["' ' + right minus its 0", ' 47164'],
  ["'+' + right minus its 0", '+47164'],
  ["'-' + right minus its 0", '-47164'],
  ['empty', ''],
  ['spaces', '      '],
  ['5 digits', '47164'],
  ['7 digits: right + 0', '0471640'],
  ['8 digits: 00 + right', '00047164'],
  ['exponent', '1e5'],
  ['exponent of 6 characters', '471e02'],
  ['hexadecimal', '0xb83c'],
  ['fraction', '047164.0'],
  ['dashes', '047-164'],
  ['null', null],
  ['undefined', undefined],
  ["['right']", [RIGHT_CODE]],
  ["['0', '4', '7', '1', '6', '4']", Array.from(RIGHT_CODE)],
  ['{ length: 6 }', { length: 6 }],
  [
    'an object that turns into the right code',
    { toString: () => RIGHT_CODE, valueOf: () => 47164, length: 6 },
  ],
  ['String object', new String(RIGHT_CODE)],
  ['bytes', new TextEncoder().encode(RIGHT_CODE)],
  ['bigint', 47164n],
  ['NaN', NaN],
  ['true', true],
  ['symbol', Symbol(RIGHT_CODE)],
  ['function', () => RIGHT_CODE],
  ['right code and NUL', '047164\u0000'],
  ['NUL instead of a digit', '\u000047164'],
  ['zero-width space within', '047\u200b164'],
  ['right code twice', '047164047164'],
  ['right code in 10 MB of spaces', ' '.repeat(5_000_000) + RIGHT_CODE + ' '.repeat(5_000_000)],
  ['10 MB of digits', '0'.repeat(10_000_000)],
]

/** The RFC key as people type it. */
export const KEYS_TAKEN: readonly (readonly [name: string, text: string])[] = [
  ['lower case + spaces', 'gezd gnbv gy3t qojq gezd gnbv gy3t qojq'],
  ['lower case', RFC_KEY_BASE32.toLowerCase()],
  ['dashes', 'GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ'],
  ['line breaks', 'GEZDGNBVGY3TQOJQ\r\nGEZDGNBVGY3TQOJQ\n'],
]

/** What is no key: `ERR_KEY`. */
export const KEYS_REFUSED: readonly (readonly [name: string, text: unknown])[] = [
  ['16 bytes, non-zero trailing bits', 'GEZDGNBVGY3TQOJQGEZDGNBVGZ'],
  ['impossible length (27 chars)', 'GEZDGNBVGY3TQOJQGEZDGNBVGYA'],
  ["10-byte 'JBSWY3DPEHPK3PXP' unless allowed", 'JBSWY3DPEHPK3PXP'],
  ["1 byte 'GE'", 'GE'],
  ["''", ''],
  ['spaces', '    '],
  ["'0189'", '0189'],
  ["'0189…' 32 chars", '0189'.repeat(8)],
  ['long s and dotless i', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOſı'],
  ['null', null],
  ['undefined', undefined],
  ['number', 234567],
  ['array', [RFC_KEY_BASE32]],
  ['bytes', RFC_KEY_BYTES],
  ['object that turns into base32', { toString: () => RFC_KEY_BASE32 }],
  ['10 MB of A', 'A'.repeat(10_000_000)],
  ['10 MB of =', '='.repeat(10_000_000)],
  ['10 MB of spaces and a key', ' '.repeat(10_000_000) + RFC_KEY_BASE32],
  ['1 MB of = and A', `${'='.repeat(1_000_000)}A`],
]
