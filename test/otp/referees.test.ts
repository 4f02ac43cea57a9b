import { execFile, spawnSync } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { promisify } from 'node:util'
import { generateHotp, generateTotp, OtpKey, verifyTotp } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { ALGORITHMS, referenceHotp } from './reference.ts'

const run = promisify(execFile)
const pick = <T>(list: readonly T[]): T => list[randomInt(list.length)]!
const DIGITS = [6, 7, 8] as const

describe('node:crypto', () => {
  it('agrees on 20,000 random codes, HOTP and TOTP, all algorithms and digits', () => {
    for (let i = 0; i < 10_000; i++) {
      const bytes = randomBytes(randomInt(16, 200))
      const key = OtpKey.fromBytes(bytes)
      const params = { algorithm: pick(ALGORITHMS), digits: pick(DIGITS) }
      const counter = randomInt(2 ** 47) * pick([1, 64])
      const say = `${bytes.toString('hex')} ${counter} ${JSON.stringify(params)}`
      expect(generateHotp(key, { counter, ...params }), say).toBe(
        referenceHotp(bytes, counter, params.algorithm, params.digits),
      )
      const periodSeconds = randomInt(1, 301)
      const at = new Date(randomInt(2 ** 47))
      const step = Math.floor(at.getTime() / 1000 / periodSeconds)
      const expected = referenceHotp(bytes, step, params.algorithm, params.digits)
      expect(generateTotp(key, { at, periodSeconds, ...params }), say).toBe(expected)
    }
  })
})

const found = spawnSync('oathtool', ['--version'], { encoding: 'utf8' })
const missing = found.error !== undefined || found.status !== 0
if (missing && !process.env['CI']) {
  console.warn(
    'skipped: 300 cases against oathtool, which is not installed (apt-get install oathtool)',
  )
}

describe.skipIf(missing && !process.env['CI'])('oathtool, a program nobody here wrote', () => {
  it('is installed', () => {
    expect(missing, 'oathtool is not installed: apt-get install oathtool').toBe(false)
  })

  it(
    'agrees on 300 random codes, each from a process of its own',
    { timeout: 120_000 },
    async () => {
      const cases = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? hotpCase() : totpCase()))
      const WORKERS = 4
      let next = 0
      const answers = new Map<number, string>()
      const work = async () => {
        for (let i = next++; i < cases.length; i = next++)
          answers.set(i, (await run('oathtool', cases[i]!.args)).stdout.trim())
      }
      await Promise.all(Array.from({ length: WORKERS }, work))
      expect(answers.size).toBe(300)
      for (const [i, { args, ours }] of cases.entries())
        expect(ours, args.join(' ')).toBe(answers.get(i))
    },
  )

  it('RFC 6238 5.2: every code of a window that it lists is accepted, at its own step', async () => {
    const key = OtpKey.generate()
    const now = Math.floor(Date.now() / 30_000)
    const first = `@${(now - 10) * 30}`
    const { stdout } = await run('oathtool', [
      '--totp',
      '-b',
      '-N',
      first,
      '-w',
      '20',
      key.revealBase32(),
    ])
    const codes = stdout.trim().split('\n')
    expect(codes).toHaveLength(21)
    const at = new Date(now * 30_000 + 12_345)
    for (const [i, code] of codes.entries()) {
      const match = verifyTotp(key, code, {
        at,
        lastUsedStep: null,
        window: { past: 10, future: 10 },
      })
      const twin = codes.lastIndexOf(code)
      expect(match).toEqual({ step: now - 10 + twin, drift: twin - 10 })
      expect(twin).toBeGreaterThanOrEqual(i)
    }
  })
})

interface Case {
  args: string[]
  ours: string
}

function hotpCase(): Case {
  const key = OtpKey.generate(randomInt(16, 200))
  const counter = randomInt(2 ** 47)
  const digits = pick(DIGITS)
  const args = ['--hotp', '-b', '-c', String(counter), '-d', String(digits), key.revealBase32()]
  return { args, ours: generateHotp(key, { counter, digits }) }
}

function totpCase(): Case {
  const key = OtpKey.generate(randomInt(16, 200))
  const seconds = randomInt(2 ** 35)
  const periodSeconds = pick([1, 15, 30, 60, 300])
  const digits = pick(DIGITS)
  const algorithm = pick(ALGORITHMS)
  const time = ['-s', `${periodSeconds}s`, '-N', `@${seconds}`]
  const args = ['-b', `--totp=${algorithm}`, ...time, '-d', String(digits), key.revealBase32()]
  return {
    args,
    ours: generateTotp(key, { at: new Date(seconds * 1000), periodSeconds, digits, algorithm }),
  }
}
