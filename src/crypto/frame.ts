import { encodeUtf8 } from './utf8.ts'

const ASCII = /^[^\u0080-\uffff]*$/

/**
 * Joins parts so that no two different lists give the same bytes: each part is preceded by its
 * length in bytes. Every MAC input, associated data and HKDF info of keystep is made here.
 */
export function frame(...parts: readonly string[]): Uint8Array<ArrayBuffer> {
  let text = ''
  for (const part of parts) text += `${byteLength(part)}:${part}`
  return encodeUtf8(text)
}

/** Length of a text in UTF-8 bytes. */
export function byteLength(text: string): number {
  return ASCII.test(text) ? text.length : encodeUtf8(text).length
}

/** Whether a text has no lone surrogate, so that its UTF-8 form stands for it alone. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}
