// What stands around a value that people paste and type, and is no part of it. Every door reads by
// this module, so that what one of them understands is understood by all.
//
// By classes of Unicode and not by lists: what a phone or a chat puts in tomorrow is in them, too.
// As texts, since patterns are made at their first need: a start would pay for looking up so many.

/** White space, format characters, what is ignorable by default; braille's blank; iOS' picture. */
const INVISIBLE = '\\s\x85\\p{Cf}\\p{DI}\u2800\ufffc'
/** With what Japanese keyboards type for a dash, and the bullet that is one. */
const DASH = '\\p{Dash}\u2043\u30fc'
/** Brackets, quotation marks, what is typed for them, what chats make bold, and bullets. */
const WRAP = '\\p{Ps}\\p{Pe}\\p{QMark}<>*`´′″•'
/** Terminal punctuation. */
const END_OF_SENTENCE = '\\p{Term}…'

/**
 * A text without the noise around and within it: white space, dashes and characters that are not
 * drawn are dropped wherever they stand; quotes, brackets and bullets at both ends; the ends of
 * sentences at its end. Digits of every script become ASCII by their value, full-width and
 * mathematical forms by NFKC. All else stays, for the door to refuse.
 */
export function bareText(text: string): string {
  return text
    .replace(/[\uff00-\u{1d7ff}]+/gu, (form) => form.normalize('NFKC'))
    .replace(pattern(`[${INVISIBLE}${DASH}]+`), '')
    .replace(/[^\P{Nd}0-9]/gu, valueOfDigit)
    .replace(pattern(`^[${WRAP}]+`), '')
    .replace(runAtEnd(WRAP + END_OF_SENTENCE), '')
}

/**
 * A text that has punctuation of its own, such as an address, without what it is wrapped in: what
 * is not drawn goes at both ends, and what wraps goes at the end only as far as it does at the
 * start. Within, nothing changes.
 */
export function unwrapText(text: string): string {
  const head = pattern(`^[${INVISIBLE}${DASH}${WRAP}]+`).exec(text)?.[0] ?? ''
  const blank = runAtEnd(INVISIBLE)
  let bare = text.slice(head.length).replace(blank, '')
  for (let opened = head.match(pattern(`[${WRAP}]`))?.length ?? 0; opened > 0; opened--)
    bare = bare
      .replace(pattern(`[${WRAP}][${END_OF_SENTENCE}${INVISIBLE}]*$`), '')
      .replace(blank, '')
  return bare
}

function pattern(source: string): RegExp {
  return new RegExp(source, 'gu')
}

/**
 * A run of a class at the end of something else, which is looked for once a run: else long texts
 * would take for ever.
 */
function runAtEnd(characters: string): RegExp {
  return pattern(`(?<=[^${characters}])[${characters}]+$`)
}

/**
 * The value of a decimal digit of any script. Unicode promises that the ten of a script stand side
 * by side from 0 to 9, so that the place within a run tells it, and no table is needed.
 */
function valueOfDigit(digit: string): string {
  const place = digit.codePointAt(0)!
  let value = 0
  while (/\p{Nd}/u.test(String.fromCodePoint(place - value - 1))) value++
  return String(value % 10)
}
