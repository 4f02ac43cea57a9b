import { decodeBase64url, encodeBase64url } from '../crypto/base64url.ts'
import { equalText } from '../crypto/constant-time.ts'
import { createHmacKey, type HmacKey } from '../crypto/hmac.ts'
import { macOf } from '../crypto/derived-keys.ts'
import type { Subject } from './subject.ts'

/**
 * A MAC by the key that lies in the record itself, over framed parts: how codes and device tokens
 * are kept.
 */
export function recordMac(subject: Pick<Subject, 'macKey'>, ...parts: readonly string[]): string {
  return encodeBase64url(macOf(keyOf(subject), ...parts))
}

export function isRecordMac(
  mac: string,
  subject: Pick<Subject, 'macKey'>,
  ...parts: readonly string[]
): boolean {
  return equalText(mac, recordMac(subject, ...parts))
}

/**
 * The pepper of the record's backup codes: without the opened record their slow hashes cannot even
 * be tried.
 */
export function backupCodePepper(subject: Pick<Subject, 'macKey'>): Uint8Array {
  return macOf(keyOf(subject), 'backup-codes')
}

function keyOf({ macKey }: Pick<Subject, 'macKey'>): HmacKey {
  return createHmacKey(decodeBase64url(macKey)!)
}
