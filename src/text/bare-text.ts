/**
 * What stands around a value that people paste and type, and is no part of it. Every door reads by
 * this module, so that what one of them understands is understood by all.
 *
 * By classes of Unicode and not by lists: what a phone or a chat puts in tomorrow is in them, too.
 * Beside the classes stand what Japanese keyboards type for a dash, what box drawing and braille
 * draw as a line or leave blank, and the mark that iOS copies for a picture.
 */
function compilePatterns() {
  const invisible = /[\p{White_Space}\s\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\ufffc]/u
  const dash = /[\p{Dash}\p{Pd}\u02d7\u2043\u2500\u2501\u30fc\uff70]/u
  return {
    invisible,
    dash,
    dropped: new RegExp(`(?:${invisible.source}|${dash.source})+`, 'gu'),
    opening: /[\p{Ps}\p{Pi}\p{Pf}\p{Quotation_Mark}`\u00b4\u02b9-\u02c8\u2032-\u2037<*]/u,
    closing: /[\p{Pe}\p{Pi}\p{Pf}\p{Quotation_Mark}`\u00b4\u02b9-\u02c8\u2032-\u2037>*]/u,
    bullet: /[·•‣∙▪●○◦]/u,
    endOfSentence: /[\p{Terminal_Punctuation}…]/u,
    digit: /\p{Nd}/u,
    foreignDigit: /(?![0-9])\p{Nd}/gu,
    // What East Asian keyboards make of ASCII, and the small forms beside it.
    wideForms: /[\ufe50-\ufe6f\uff00-\uffef]+/g,
  }
}

let compiled: ReturnType<typeof compilePatterns> | undefined
/** Compiled at the first need: every start would pay for looking up so many classes. */
const patterns = () => (compiled ??= compilePatterns())
/** The values of the digits that were met, some hundreds at the most. */
const valueOfMet = new Map<string, string>()

/**
 * A text without the noise around and within it: white space, dashes and characters that are not
 * drawn are dropped wherever they stand; quotes, opening brackets and bullets at its start; quotes,
 * closing brackets and the ends of sentences at its end. Digits of every script become ASCII by
 * their value, full-width and small forms by NFKC. All else stays, for the door to refuse.
 */
export function bareText(text: string): string {
  const { dropped, foreignDigit, wideForms } = patterns()
  const kept = text
    .replace(dropped, '')
    .replace(foreignDigit, readDigit)
    .replace(wideForms, (wide) => wide.normalize('NFKC'))
  let start = 0
  while (start < kept.length && isOpening(characterAt(kept, start)))
    start += characterAt(kept, start).length
  let end = kept.length
  while (end > start && isClosing(characterBefore(kept, end)))
    end -= characterBefore(kept, end).length
  return kept.slice(start, end)
}

/**
 * A text that has punctuation of its own, such as an address, without what it is wrapped in: what
 * is not drawn goes at both ends, and what closes goes at the end only as far as something opened
 * at the start. Within, nothing changes.
 */
export function unwrapText(text: string): string {
  const { invisible, dash, opening, bullet } = patterns()
  let start = 0
  let opened = 0
  for (; start < text.length; start += characterAt(text, start).length) {
    const character = characterAt(text, start)
    if (opening.test(character)) opened++
    else if (![invisible, dash, bullet].some((noise) => noise.test(character))) break
  }
  let end = skipInvisible(text, start, text.length)
  for (; opened > 0; opened--) end = skipInvisible(text, start, beforeClosing(text, start, end))
  return text.slice(start, end)
}

function readDigit(digit: string): string {
  const met = valueOfMet.get(digit)
  if (met !== undefined) return met
  const value = String(valueOfDigit(digit))
  valueOfMet.set(digit, value)
  return value
}

/**
 * The value of a decimal digit of any script. Unicode promises that the ten of a script stand side
 * by side from 0 to 9, so that the place within a run tells it, and no table is needed.
 */
function valueOfDigit(digit: string): number {
  const place = digit.codePointAt(0)!
  let first = place
  while (patterns().digit.test(String.fromCodePoint(first - 1))) first--
  return (place - first) % 10
}

function isOpening(character: string): boolean {
  return patterns().opening.test(character) || patterns().bullet.test(character)
}

function isClosing(character: string): boolean {
  return patterns().closing.test(character) || patterns().endOfSentence.test(character)
}

function skipInvisible(text: string, start: number, from: number): number {
  let end = from
  while (end > start && patterns().invisible.test(characterBefore(text, end)))
    end -= characterBefore(text, end).length
  return end
}

/** Where the last closing mark of what ends a text stands, or its end if none is there. */
function beforeClosing(text: string, start: number, end: number): number {
  const { closing, endOfSentence, invisible } = patterns()
  for (let place = end; place > start;) {
    const character = characterBefore(text, place)
    place -= character.length
    if (closing.test(character)) return place
    if (!endOfSentence.test(character) && !invisible.test(character)) break
  }
  return end
}

function characterAt(text: string, place: number): string {
  return String.fromCodePoint(text.codePointAt(place)!)
}

function characterBefore(text: string, place: number): string {
  const isPair = place > 1 && text.codePointAt(place - 2)! > 0xffff
  return text.slice(place - (isPair ? 2 : 1), place)
}
