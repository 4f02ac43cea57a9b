import QRCode from 'qrcode-svg'
import { type Secret, textOf } from '../crypto/secret.ts'
import { KeystepError } from '../errors.ts'

/**
 * The modules of a QR code, rows from the top, each row from the left; `true` is dark. Always a
 * square.
 */
export type QrMatrix = readonly (readonly boolean[])[]

// ISO/IEC 18004 version 40 at level M holds 2,331 bytes; qrcode-svg keeps three of them for a byte
// order mark that ASCII never has.
const MAX_BYTES = 2_328

/**
 * The module matrix of a text: byte mode, the smallest version that holds it. Error correction: `M`
 * for pictures, which are printed and photographed; `L` where every row counts.
 */
export function qrMatrix(text: string | Secret<string>, errorCorrection: 'L' | 'M'): QrMatrix {
  const content = toAscii(textOf(text))
  if (content.length === 0) throw new KeystepError('ERR_QR', 'there is no QR code of an empty text')
  if (content.length > MAX_BYTES) throw tooLong()
  const { modules } = new QRCode({ content, ecl: errorCorrection }).qrcode
  return modules
}

// In byte mode readers guess the charset of anything that is not ASCII. In a URI the
// percent-encoded form means the same.
function toAscii(text: string): string {
  if (text.length > MAX_BYTES) throw tooLong()
  if (/\p{Surrogate}/u.test(text))
    throw new KeystepError('ERR_QR', 'the text is not well-formed Unicode')
  return text.replace(/[^\0-\x7f]+/gu, encodeURIComponent)
}

function tooLong(): KeystepError {
  return new KeystepError('ERR_QR', `a QR code holds at most ${MAX_BYTES} bytes`)
}
