import fc from 'fast-check'
import { generateTotp, OtpKey, totpStep, verifyTotp, type VerifyTotpOptions } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import rfc6238 from '../vectors/rfc6238-appendix-b.json' with { type: 'json' }
import { ALGORITHMS, atStep, referenceHotp, RFC_KEY_BYTES, TWIN_STEPS } from './reference.ts'

const key = OtpKey.fromBytes(RFC_KEY_BYTES)
const codeOf = (step: number) => referenceHotp(RFC_KEY_BYTES, step)
const NOW = 60_000_000
const at = atStep(NOW)
const verify = (step: number, o: Partial<VerifyTotpOptions> = {}) =>
  verifyTotp(key, codeOf(step), { at, lastUsedStep: null, ...o })

describe('generateTotp', () => {
  const cases = rfc6238.values.flatMap((v) =>
    ALGORITHMS.map((algorithm) => ({ ...v, algorithm, code: v[algorithm] })),
  )

  it.each(cases)(
    'RFC 6238 Appendix B: $algorithm at $unixSeconds s is $code',
    ({ algorithm, unixSeconds, step, code }) => {
      const seed = OtpKey.fromBytes(new TextEncoder().encode(rfc6238.seedsAscii[algorithm]))
      const instant = new Date(unixSeconds * 1000)
      expect(totpStep({ at: instant })).toBe(step)
      expect(generateTotp(seed, { at: instant, algorithm, digits: 8 })).toBe(code)
      expect(
        verifyTotp(seed, code, { at: instant, lastUsedStep: null, algorithm, digits: 8 }),
      ).toEqual({ step, drift: 0 })
    },
  )

  it('RFC 6238 4.2: a code holds from the first to the last millisecond of its step', () => {
    const code = generateTotp(key, { at })
    expect(code).toBe(codeOf(NOW))
    expect(generateTotp(key, { at: new Date(+at + 29_999) })).toBe(code)
    expect(generateTotp(key, { at: new Date(+at + 30_000) })).toBe(codeOf(NOW + 1))
    expect(generateTotp(key, { at: new Date(+at - 1) })).toBe(codeOf(NOW - 1))
  })

  it('takes a Date of another realm', async () => {
    const { runInNewContext } = await import('node:vm')
    const foreign: Date = runInNewContext(`new Date(${+at})`)
    expect(foreign).not.toBeInstanceOf(Date)
    expect(generateTotp(key, { at: foreign })).toBe(codeOf(NOW))
  })
})

describe('totpStep', () => {
  it('RFC 6238 4.2: is the floor of the time over the period, exactly, up to the last instant a Date has', () => {
    const instant = fc.oneof(
      fc.integer({ min: 0, max: 8.64e15 }),
      fc.integer({ min: 8.64e15 - 10_000, max: 8.64e15 }),
    )
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 300 }), (ms, periodSeconds) => {
        const step = totpStep({ at: new Date(ms), periodSeconds })
        expect(BigInt(step)).toBe(BigInt(ms) / BigInt(periodSeconds * 1000))
      }),
      { numRuns: 2000 },
    )
  })

  it('defaults to 30 seconds', () => {
    expect(totpStep({ at: new Date(89_999) })).toBe(2)
    expect(totpStep({ at: new Date(90_000), periodSeconds: undefined })).toBe(3)
  })
})

describe('verifyTotp', () => {
  it('RFC 6238 5.2: by default takes one step each side of now, for the network delay', () => {
    expect(verify(NOW)).toEqual({ step: NOW, drift: 0 })
    expect(verify(NOW - 1)).toEqual({ step: NOW - 1, drift: -1 })
    expect(verify(NOW + 1)).toEqual({ step: NOW + 1, drift: 1 })
    expect(verify(NOW - 2)).toBeNull()
    expect(verify(NOW + 2)).toBeNull()
  })

  it('takes exactly the window asked for, each side by itself', () => {
    for (const [past, future] of [
      [0, 0],
      [0, 2],
      [3, 0],
      [10, 10],
    ] as const) {
      for (let off = -12; off <= 12; off++) {
        const expected = off >= -past && off <= future ? { step: NOW + off, drift: off } : null
        expect(
          verify(NOW + off, { window: { past, future } }),
          `${off} in ${past}/${future}`,
        ).toEqual(expected)
      }
    }
  })

  it('V5, RFC 6238 5.2: accepts only steps after the last used one', () => {
    for (let off = -1; off <= 1; off++) {
      for (let used = -3; used <= 3; used++) {
        const expected = off > used ? { step: NOW + off, drift: off } : null
        expect(verify(NOW + off, { lastUsedStep: NOW + used }), `${off} after ${used}`).toEqual(
          expected,
        )
      }
    }
    expect(verify(NOW, { lastUsedStep: 0 })).toEqual({ step: NOW, drift: 0 })
    expect(verify(NOW, { lastUsedStep: Number.MAX_SAFE_INTEGER })).toBeNull()
  })

  it('V7: a used step is used in whatever shape its code is typed again', () => {
    const code = codeOf(NOW)
    for (const typed of [code, ` ${code} `, `${code.slice(0, 3)} ${code.slice(3)}`, `${code}\n`]) {
      expect(verifyTotp(key, typed, { at, lastUsedStep: NOW - 1 })).toEqual({ step: NOW, drift: 0 })
      expect(verifyTotp(key, typed, { at, lastUsedStep: NOW })).toBeNull()
    }
  })

  it('RFC 6238 5.2: the same digits of two steps are accepted once', () => {
    const [first, last] = TWIN_STEPS
    const code = codeOf(first)
    expect(codeOf(last)).toBe(code)
    const o = { at: atStep(first + 1), window: { past: 1, future: 1 } }
    const match = verifyTotp(key, code, { ...o, lastUsedStep: null })
    expect(match).toEqual({ step: last, drift: 1 })
    expect(verifyTotp(key, code, { ...o, lastUsedStep: match!.step })).toBeNull()
  })

  it('RFC 6238 6: moves the window by the drift and returns the drift it found, measured from now', () => {
    for (const drift of [-10, -3, 2, 10]) {
      for (let off = drift - 2; off <= drift + 2; off++) {
        const expected = Math.abs(off - drift) <= 1 ? { step: NOW + off, drift: off } : null
        expect(verify(NOW + off, { drift }), `${off} at drift ${drift}`).toEqual(expected)
      }
    }
  })

  it('time begins with step 0: no window reaches before it', () => {
    const window = { past: 10, future: 0 }
    expect(verifyTotp(key, codeOf(0), { at: new Date(0), lastUsedStep: null, window })).toEqual({
      step: 0,
      drift: 0,
    })
    expect(verifyTotp(key, codeOf(0), { at: new Date(0), lastUsedStep: 0, window })).toBeNull()
    expect(
      verifyTotp(key, codeOf(0), { at: new Date(0), lastUsedStep: null, window, drift: -10 }),
    ).toBeNull()
    expect(verifyTotp(key, codeOf(1), { at: atStep(5), lastUsedStep: null, window })).toEqual({
      step: 1,
      drift: -4,
    })
  })

  it('agrees with a model over windows, drifts, floors, periods, digits and algorithms', () => {
    const bounded = fc.integer({ min: 0, max: 10 })
    fc.assert(
      fc.property(
        fc.record({
          now: fc.integer({ min: 0, max: 2 ** 34 }),
          typedStep: fc.integer({ min: -25, max: 25 }),
          past: bounded,
          future: bounded,
          drift: fc.integer({ min: -10, max: 10 }),
          used: fc.option(fc.integer({ min: -25, max: 25 }), { nil: null }),
          periodSeconds: fc.integer({ min: 1, max: 300 }),
          digits: fc.constantFrom(7 as const, 8 as const),
          algorithm: fc.constantFrom(...ALGORITHMS),
        }),
        ({ now, typedStep, past, future, drift, used, periodSeconds, digits, algorithm }) => {
          const step = Math.max(now + typedStep, 0)
          const lastUsedStep = used === null ? null : Math.max(now + used, 0)
          const code = referenceHotp(RFC_KEY_BYTES, step, algorithm, digits)
          const low = Math.max(now + drift - past, 0)
          const fresh = []
          for (let s = low; s <= now + drift + future; s++) {
            if (
              s > (lastUsedStep ?? -1) &&
              referenceHotp(RFC_KEY_BYTES, s, algorithm, digits) === code
            )
              fresh.push(s)
          }
          const last = fresh.at(-1)
          const params = { periodSeconds, digits, algorithm }
          const o = {
            at: atStep(now, periodSeconds),
            window: { past, future },
            drift,
            lastUsedStep,
            ...params,
          }
          expect(verifyTotp(key, code, o)).toEqual(
            last === undefined ? null : { step: last, drift: last - now },
          )
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('what is left out and what is undefined are the same', () => {
    const o = {
      at,
      lastUsedStep: null,
      window: undefined,
      drift: undefined,
      periodSeconds: undefined,
    }
    expect(verifyTotp(key, codeOf(NOW), { ...o, algorithm: undefined, digits: undefined })).toEqual(
      { step: NOW, drift: 0 },
    )
  })
})
