import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseKeyUri } from 'keystep/otp'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { readBitmap, readSvg, screenOf } from '../qr/decoder.ts'
import { bundleCli } from './cli-program.ts'
import { type Phone, phoneWith } from './phone.ts'
import { describeWith } from './programs.ts'
import { CONTROL_C, lastDrawing, PseudoTerminal } from './pseudo-terminal.ts'

vi.setConfig({ testTimeout: 240_000 })

const folder = mkdtempSync(join(tmpdir(), 'keystep-cli-'))
const { program, remove } = await bundleCli()
afterAll(() => {
  rmSync(folder, { recursive: true })
  remove()
})

const KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' // RFC 6238, appendix B
const PASSWORD = 'correct horse'
const data = join(folder, 'data')

interface Ran {
  code: number | null
  out: string
  err: string
}

/** Runs a command as a script does: no terminal, stdin is what it is given. */
function run(args: readonly string[], input = '', env: Record<string, string> = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    input,
    env: { ...process.env, KEYSTEP_DEMO_DATA: data, ...env },
  })
  return { code: status, out: stdout, err: stderr }
}

/** Runs a command with `--json`, and parses its answer. */
function ask(
  args: readonly string[],
  input = '',
): { code: number | null; answer: Record<string, unknown> } {
  const { code, out, err } = run([...args, '--json'], input)
  expect(err.replace(/Password: |New password \(not shown\): |Code: /g, '')).toBe('')
  return { code, answer: JSON.parse(out) as Record<string, unknown> }
}

/** Opens a command in a pseudo-terminal, as a person at one does. */
function open(args: readonly string[]): PseudoTerminal {
  return new PseudoTerminal([process.execPath, program, ...args].join(' '), {
    KEYSTEP_DEMO_DATA: data,
  })
}

describe('the commands that need no account', () => {
  it('help tells of every command, and every command of itself', () => {
    const { code, out } = run(['--help'])
    expect(code).toBe(0)
    const names = [...out.matchAll(/^ {2}([a-z-]+) {2,}\w/gm)].map(([, name]) => name!)
    expect(names).toEqual(
      expect.arrayContaining([
        'code',
        'watch',
        'enroll',
        'confirm',
        'login',
        'status',
        'disable',
        'uri',
        'qr',
      ]),
    )
    for (const name of names) {
      const help = run([name, '--help'])
      expect([help.code, help.out.split('\n')[0]]).toEqual([
        0,
        expect.stringMatching(`^Usage: ${name} `),
      ])
    }
  })

  it('wrong usage is 2 and says what, on stderr, without the key', () => {
    const calls = [
      ['nope'],
      ['login'],
      ['status', 'more'],
      ['code', '--key'],
      ['code', '--key', `${KEY}1`],
      ['code', '--at', 'noon', '--key', KEY],
      ['watch', '--for', 'x', '--key', KEY],
      ['code'],
    ]
    for (const call of calls) {
      const { code, out, err } = run(call)
      expect([call[0], code, out], err).toEqual([call[0], 2, ''])
      expect(err).not.toBe('')
      expect(err).not.toContain(KEY)
    }
  })

  it('RFC 6238 appendix B: code shows the code of an instant, from a key in options, environment or stdin', () => {
    const at = ['--at', '2005-03-18T01:58:29Z']
    expect(run(['code', ...at, '--key', KEY]).out).toBe('081804\n')
    expect(run(['code', ...at], `${KEY.toLowerCase()}\n`).out).toBe('081804\n')
    expect(
      run(['code', ...at], '', {
        KEYSTEP_DEMO_KEY: `otpauth://totp/a:b?secret=${KEY}&issuer=a&digits=8`,
      }).out,
    ).toBe('07081804\n')
    expect(ask(['code', ...at, '--key', KEY])).toEqual({
      code: 0,
      answer: { code: '081804', secondsLeft: 1 },
    })
  })

  it("uri and qr --svg write what a phone reads, and the file is its owner's alone", () => {
    const uri = run(['uri', '--key', KEY, '--issuer', 'Köln & Co', '--account', 'ann']).out.trim()
    expect(parseKeyUri(uri)).toMatchObject({ issuer: 'Köln & Co', account: 'ann' })
    const svg = join(folder, 'qr.svg')
    expect(run(['qr', '--svg', svg, '--uri', uri]).code).toBe(0)
    expect(statSync(svg).mode & 0o777).toBe(0o600)
    expect(readSvg(readFileSync(svg, 'utf8'))).toBe(uri)
  })

  it('without a session the rest is rejected, and with broken storage it is 3 under its code', () => {
    expect(ask(['status'])).toEqual({
      code: 1,
      answer: { outcome: 'rejected', reason: 'logged_out' },
    })
    const broken = join(folder, 'broken')
    expect(run(['status', '--data', broken], '', { KEYSTEP_KEYS: 'k1:short' })).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringMatching(/^ERR_KEYRING: /) as string,
    })
    run(['status', '--data', broken])
    rmSync(join(broken, 'keyring.key'))
    expect(run(['status', '--data', broken])).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringContaining('keyring.key is missing') as string,
    })
    writeFileSync(join(broken, 'portal.sqlite'), 'no database')
    expect(
      run(['status', '--data', broken], '', { KEYSTEP_KEYS: `k1:${'A'.repeat(43)}` }).code,
    ).toBe(3)
  })
})

describeWith(
  ['script', 'stty', 'oathtool', 'rsvg-convert', 'zbarimg'],
  'the commands, in a pseudo-terminal',
  () => {
    let phone: Phone
    let backupCodes: string[]
    let lastCode: string

    it('watch counts down until Ctrl-C', async () => {
      const terminal = open(['watch', '--key', KEY])
      try {
        const first = (await terminal.waitFor(/\d{3} \d{3} +#+\.* +\d+ s/)).replaceAll(' ', '')
        await terminal.waitFor(/\d{3} \d{3} +#*\.* +\d+ s/)
        terminal.type(CONTROL_C)
        expect(await terminal.ended).toBe(0)
        expect([-1, 0, 1].map((ahead) => phoneWith(KEY).code(ahead))).toContain(first.slice(0, 6))
      } finally {
        terminal.close()
      }
      expect(run(['watch', '--once', '--key', KEY]).out).toMatch(/^\d{6} {2}\d+ s\n$/)
    })

    it('sign-up asks for the password and does not show it', async () => {
      const terminal = open(['sign-up', 'ann'])
      await terminal.answer('New password (not shown):', PASSWORD)
      expect(await terminal.ended).toBe(0)
      expect(terminal.text).not.toContain(PASSWORD)
      expect(ask(['sign-up', 'ann'], `${PASSWORD}\n`)).toMatchObject({
        code: 1,
        answer: { reason: 'name_taken' },
      })
      expect(run(['sign-up', 'bob'], 'short\n')).toMatchObject({ code: 2 })
      expect(ask(['login', 'ann'], 'wrong horse\n')).toMatchObject({
        code: 1,
        answer: { reason: 'wrong_password' },
      })
      expect(ask(['login', 'ann'], `${PASSWORD}\n`)).toMatchObject({
        code: 0,
        answer: { because: 'not_enrolled', grant: { assurance: 'password' } },
      })
    })

    it('Ctrl-C at a question ends with 130', async () => {
      const terminal = open(['login', 'ann'])
      await terminal.waitFor('Password:')
      terminal.type(CONTROL_C)
      expect(await terminal.ended).toBe(130)
    })

    it('enroll draws the key, uri and qr show it again, confirm refuses a typo and takes a code', async () => {
      const terminal = open(['enroll', '--label', 'phone'])
      expect(await terminal.ended).toBe(0)
      const key = /Key: ([A-Z2-7 ]+)/.exec(terminal.text)![1]!.replaceAll(' ', '')
      const uri = run(['uri']).out.trim()
      expect(readBitmap(screenOf(lastDrawing(terminal.raw)), 'light')).toBe(uri)
      expect(parseKeyUri(uri).key.revealBase32()).toBe(key)
      const again = open(['qr'])
      expect(await again.ended).toBe(0)
      expect(readBitmap(screenOf(lastDrawing(again.raw)), 'dark')).toBe(uri)

      phone = phoneWith(key)
      expect(ask(['confirm', '12345'])).toMatchObject({
        code: 1,
        answer: { reason: 'malformed_code' },
      })
      expect(ask(['confirm', phone.wrongCode()])).toMatchObject({
        code: 1,
        answer: { reason: 'wrong_code' },
      })
      lastCode = phone.code()
      const { code, answer } = ask(['confirm', lastCode])
      expect([code, answer['outcome']]).toEqual([0, 'accepted'])
      backupCodes = answer['backupCodes'] as string[]
      expect(backupCodes).toHaveLength(10)
      expect(run(['code'], `${uri}\n`).out.trim()).toMatch(/^\d{6}$/)
    })

    it('login: replay, wrong codes to the lock, and a backup code past it', async () => {
      expect(ask(['login', 'ann', '--code', lastCode], `${PASSWORD}\n`)).toMatchObject({
        code: 1,
        answer: { reason: 'already_used' },
      })
      for (const attemptsLeft of [4, 3, 2, 1, 0]) {
        expect(ask(['login', 'ann', '--code', phone.wrongCode()], `${PASSWORD}\n`)).toMatchObject({
          code: 1,
          answer: { reason: 'wrong_code', attemptsLeft },
        })
      }
      expect(run(['login', 'ann'], `${PASSWORD}\n${phone.code(1)}\n`)).toMatchObject({
        code: 1,
        err: expect.stringMatching(/wait another (1 minute|\d+ seconds)/) as string,
      })
      const terminal = open(['login', 'ann'])
      await terminal.answer('Password:', PASSWORD)
      await terminal.answer('Code:', backupCodes[0]!)
      await terminal.waitFor('5 wrong codes before this login: was this you?')
      expect(await terminal.ended).toBe(0)
      expect(terminal.text).not.toContain(PASSWORD)
    })

    it('a code of the phone logs in, and status tells what happened', () => {
      expect(ask(['login', 'ann', '--code', phone.code(1)], `${PASSWORD}\n`)).toMatchObject({
        code: 0,
        answer: { failuresBefore: 0, backupCodesLeft: 9 },
      })
      expect(ask(['status'])).toMatchObject({
        code: 0,
        answer: { enrolled: true, backupCodesLeft: 9, factors: [{ kind: 'totp', label: 'phone' }] },
      })
      expect(run(['status']).out).toContain('a wrong code, 5 times')
    })

    it('new backup codes and disable each cost a code of their own', () => {
      expect(run(['backup-codes'])).toMatchObject({
        code: 2,
        err: expect.stringContaining('a code is needed') as string,
      })
      const { answer } = ask(['backup-codes', '--code', backupCodes[1]!])
      const [fresh] = answer['backupCodes'] as [string]
      expect(ask(['disable', '--code', backupCodes[2]!])).toMatchObject({
        code: 1,
        answer: { reason: 'wrong_code' },
      })
      expect(ask(['disable', '--code', fresh])).toEqual({
        code: 0,
        answer: {
          outcome: 'accepted',
          enrolled: false,
          securityStamp: expect.any(String) as string,
        },
      })
      expect(ask(['status'])).toMatchObject({ answer: { enrolled: false, backupCodesLeft: 0 } })
      // Switching off began a new epoch, and this session keeps no stamp: the password counts anew.
      expect(ask(['disable'])).toMatchObject({ code: 1, answer: { reason: 'password_too_old' } })
      expect(ask(['login', 'ann'], `${PASSWORD}\n`)).toMatchObject({
        code: 0,
        answer: { because: 'not_enrolled' },
      })
      expect(ask(['log-out'])).toMatchObject({ code: 0 })
      expect(existsSync(join(data, 'session'))).toBe(false)
    })
  },
)
