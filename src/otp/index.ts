/**
 * One-time passwords: HOTP (RFC 4226), TOTP (RFC 6238), their keys and key URIs. Pure and
 * synchronous, without clock or store.
 *
 * @module
 */
export { decodeBase32, encodeBase32 } from './base32.ts'
export {
  generateHotp,
  type GenerateHotpOptions,
  type HotpMatch,
  verifyHotp,
  type VerifyHotpOptions,
} from './hotp.ts'
export {
  buildKeyUri,
  type BuildKeyUriOptions,
  type ParsedKeyUri,
  type ParsedKeyUriBase,
  parseKeyUri,
} from './key-uri.ts'
export { OtpKey, type OtpKeyOptions } from './otp-key.ts'
export type { OtpAlgorithm, OtpDigits, OtpParams, TotpParams } from './otp-params.ts'
export {
  generateTotp,
  type GenerateTotpOptions,
  type TotpMatch,
  totpStep,
  type TotpStepOptions,
  type TotpWindow,
  verifyTotp,
  type VerifyTotpOptions,
} from './totp.ts'
