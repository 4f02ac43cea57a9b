import { randomCrockford } from '../backup-codes/crockford.ts'
import { Secret } from '../crypto/secret.ts'
import { recordMac } from '../record/record-mac.ts'
import type { Subject, SupportCode } from '../record/subject.ts'
import { newId } from '../tokens/token.ts'
import { SUPPORT_CODE_LENGTH } from '../codes/recognize.ts'

const SUPPORT_CODE_MS = 86_400_000

/** A support code, fixed before the loop that writes it: a lost swap does not make another. */
export interface NewSupportCode {
  readonly id: string
  readonly code: string
}

export function newSupportCode(): NewSupportCode {
  return { id: newId(), code: randomCrockford(SUPPORT_CODE_LENGTH) }
}

/** What the record keeps of it: a MAC by the record's own key, good for 24 hours from now. */
export function keepSupportCode(
  subject: Subject,
  { id, code }: NewSupportCode,
  now: number,
): SupportCode {
  const mac = recordMac(subject, 'support', id, code)
  return { id, mac, issuedAt: now, expiresAt: now + SUPPORT_CODE_MS, redeemed: false }
}

/** The code as staff read it out: in groups of four. */
export function showSupportCode({ code }: NewSupportCode): Secret<string> {
  return new Secret(code.match(/.{4}/g)!.join('-'))
}
