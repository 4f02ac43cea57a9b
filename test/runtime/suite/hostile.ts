import { generateTotp, OtpKey, verifyHotp, verifyTotp } from 'keystep/otp'
import {
  CODES_REFUSED,
  CODES_TAKEN,
  KEYS_REFUSED,
  KEYS_TAKEN,
  PROBE_STEP,
  RIGHT_CODE,
} from '../../otp/hostile-input.ts'
import { type Case, equal, refuses } from './case.ts'

const key = OtpKey.fromBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
const at = new Date(PROBE_STEP * 30_000)
const verify = (code: unknown): unknown =>
  verifyTotp(key, code as string, { at, lastUsedStep: null })

export const hostileCases: readonly Case[] = [
  ...CODES_TAKEN.map(([name, code]) => ({
    name: `hostile table, code taken: ${name}`,
    run: () => equal(verify(code), { step: PROBE_STEP, drift: 0 }),
  })),
  ...CODES_REFUSED.map(([name, code]) => ({
    name: `hostile table, code refused: ${name}`,
    run: () => {
      equal(verify(code), null)
      equal(verifyHotp(key, code as string, { counter: PROBE_STEP }), null)
    },
  })),
  ...KEYS_TAKEN.map(([name, text]) => ({
    name: `hostile table, key taken: ${name}`,
    run: () => equal(generateTotp(OtpKey.fromBase32(text), { at }), RIGHT_CODE),
  })),
  ...KEYS_REFUSED.map(([name, text]) => ({
    name: `hostile table, key refused: ${name}`,
    run: () => refuses('ERR_KEY', () => OtpKey.fromBase32(text as string)),
  })),
  ...[-1, 11, 0.5, NaN, '1', null].map((steps) => ({
    name: `hostile table, window refused: ${typeof steps} ${steps}`,
    run: () =>
      refuses('ERR_OPTION', () =>
        verifyTotp(key, RIGHT_CODE, {
          at,
          lastUsedStep: null,
          window: { past: steps as number, future: 1 },
        }),
      ),
  })),
]
