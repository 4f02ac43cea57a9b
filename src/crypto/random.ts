/**
 * Bytes from the platform's cryptographic random source (63B-4 3.2.12, ASVS 6.5.3). At most 65,536.
 */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}
