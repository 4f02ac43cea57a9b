import {
  decodeBase32,
  encodeBase32,
  generateHotp,
  generateTotp,
  OtpKey,
  totpStep,
  verifyHotp,
  verifyTotp,
} from 'keystep/otp'
import hotpVectors from '../../vectors/rfc4226-appendix-d.json' with { type: 'json' }
import base32Vectors from '../../vectors/rfc4648-section-10.json' with { type: 'json' }
import totpVectors from '../../vectors/rfc6238-appendix-b.json' with { type: 'json' }
import { type Case, equal } from './case.ts'

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const algorithms = ['SHA1', 'SHA256', 'SHA512'] as const

export const codeCases: readonly Case[] = [
  ...hotpVectors.values.map(({ counter, hotp }) => ({
    name: `RFC 4226 Appendix D: counter ${counter}`,
    run: () => {
      const key = OtpKey.fromBytes(ascii(hotpVectors.secretAscii))
      equal(generateHotp(key, { counter }), hotp)
      equal(verifyHotp(key, hotp, { counter: 0, lookAhead: 10 }), {
        counter,
        nextCounter: counter + 1,
      })
    },
  })),
  ...algorithms.flatMap((algorithm) =>
    totpVectors.values.map((vector) => ({
      name: `RFC 6238 Appendix B: ${algorithm} at ${vector.unixSeconds}`,
      run: () => {
        const key = OtpKey.fromBytes(ascii(totpVectors.seedsAscii[algorithm]))
        const at = new Date(vector.unixSeconds * 1000)
        equal(totpStep({ at }), vector.step)
        equal(generateTotp(key, { at, algorithm, digits: 8 }), vector[algorithm])
        equal(
          verifyTotp(key, vector[algorithm], { at, algorithm, digits: 8, lastUsedStep: null }),
          { step: vector.step, drift: 0 },
        )
        equal(
          verifyTotp(key, vector[algorithm], {
            at,
            algorithm,
            digits: 8,
            lastUsedStep: vector.step,
          }),
          null,
        )
      },
    })),
  ),
  ...base32Vectors.values.map((vector) => ({
    name: `RFC 4648 section 10: '${vector.ascii}'`,
    run: () => {
      equal(encodeBase32(ascii(vector.ascii)), vector.base32.replace(/=+$/, ''))
      equal([...decodeBase32(vector.base32)], [...ascii(vector.ascii)])
    },
  })),
]
