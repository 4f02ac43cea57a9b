import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseKeyUri } from 'keystep/otp'
import { afterAll, expect, it, vi } from 'vitest'
import { readBitmap, screenOf } from '../qr/decoder.ts'
import { bundleCli } from './cli-program.ts'
import { type Phone, phoneWith } from './phone.ts'
import { describeWith } from './programs.ts'
import {
  CONTROL_C,
  CONTROL_D,
  lastDrawing,
  PseudoTerminal,
  type Window,
} from './pseudo-terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'keystep-walk-'))
const { program, remove } = await bundleCli()
afterAll(() => {
  rmSync(folder, { recursive: true })
  remove()
})

vi.setConfig({ testTimeout: 240_000 })

const PASSWORD = 'correct horse'
const data = join(folder, 'data')

/** Opens the walk over a folder of accounts. */
function open(window?: Window, env: Record<string, string> = {}, accounts = data): PseudoTerminal {
  return new PseudoTerminal(
    `${process.execPath} ${program}`,
    { KEYSTEP_DEMO_DATA: accounts, ...env },
    window,
  )
}

describeWith(
  ['script', 'stty', 'oathtool', 'rsvg-convert', 'zbarimg'],
  'the walk, in a pseudo-terminal',
  () => {
    let phone: Phone
    let backupCodes: string[]
    let confirmedBy: string

    it('npm run cli makes an account, draws QR code and key, and adds the phone by its first code', async () => {
      const project = join(folder, 'project')
      for (const name of ['src', 'examples', 'package.json', 'tsconfig.json', 'tsup.config.ts']) {
        cpSync(name, join(project, name), {
          recursive: true,
          filter: (path) => !path.endsWith('node_modules'),
        })
      }
      symlinkSync(resolve('node_modules'), join(project, 'node_modules'))
      const terminal = new PseudoTerminal(`npm --prefix '${project}' --silent run cli`, {
        KEYSTEP_DEMO_DATA: data,
      })
      try {
        await terminal.answer('Name for the new account:', 'ann')
        await terminal.answer('(not shown):', 'short')
        await terminal.waitFor('A password is 8 to 256 characters')
        await terminal.answer('(not shown):', PASSWORD)
        await terminal.waitFor('Next, the second factor')

        const key = /Key: ([A-Z2-7 ]+)/
          .exec(await terminal.waitFor('First code of the app'))![1]!
          .replaceAll(' ', '')
        expect(scan(terminal)).toMatchObject({ issuer: 'keystep demo', account: 'ann', key })
        phone = phoneWith(key)

        const drawings = countDrawings(terminal)
        terminal.type('12345\r')
        await terminal.answer(
          /That is no code[\s\S]*First code of the app[^:]*:/,
          phone.wrongCode(),
        )
        expect(countDrawings(terminal)).toBe(drawings + 1)
        expect(scan(terminal).key).toBe(key)
        await terminal.answer(
          /not a code of this key[\s\S]*First code of the app[^:]*:/,
          phone.code(8),
        )
        await terminal.waitFor(/right for a clock (4 minutes|3 minutes 30 seconds) ahead/)
        confirmedBy = phone.code()
        await terminal.answer(/First code of the app[^:]*:/, confirmedBy)

        await terminal.waitFor('Two-factor is on.')
        const shown = await terminal.waitFor('Press Enter when you have them.')
        backupCodes = shown.match(/\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b/g) ?? []
        expect(new Set(backupCodes).size).toBe(10)
        terminal.type('\r')
        await terminal.answer(/10 backup codes left[\s\S]*Your choice:/, '4')
        await terminal.answer(/You are logged out[\s\S]*Your choice:/, 'q')
        await terminal.waitFor('Goodbye')
        expect(await terminal.ended).toBe(0)
        expect(terminal.text).not.toContain(PASSWORD)
        expect(terminal.text).not.toContain('short')
      } finally {
        terminal.close()
      }
    })

    it('a second start finds the account enrolled; replay, tries left, waiting time and the question who it was come as they happen', async () => {
      const terminal = open()
      try {
        await logIn(terminal)
        await terminal.answer(CODE, confirmedBy)
        await terminal.waitFor('was used before, and each works once: the next one comes in')
        for (const left of ['4 tries', '3 tries', '2 tries', '1 try']) {
          await terminal.answer(CODE, phone.wrongCode())
          await terminal.waitFor(`That code is wrong. ${left} left`)
        }
        await terminal.answer(CODE, phone.wrongCode())
        await terminal.waitFor('one too many: wait 1 minute. A backup code still works.')
        await terminal.answer(CODE, phone.code())
        await terminal.waitFor(/wait another (1 minute|\d+ seconds)/)
        await terminal.answer(CODE, backupCodes[0]!.toLowerCase())
        await terminal.waitFor('You are logged in.')
        await terminal.waitFor('5 wrong codes before this login: was this you?')
        await terminal.answer(/9 backup codes left[\s\S]*Your choice:/, '1')
        await terminal.waitFor('a wrong code, 5 times')
        await terminal.answer('Your choice:', '4')
        await logIn(terminal)
        await terminal.answer(CODE, backupCodes[0]!)
        await terminal.waitFor('each works once: take another')
        await terminal.answer(CODE, phone.code(1))
        await terminal.waitFor('You are logged in.')
        terminal.type(CONTROL_C)
        await terminal.waitFor('Goodbye')
        expect(await terminal.ended).toBe(0)
      } finally {
        terminal.close()
      }
    })

    it('new backup codes end the old ones, and two-factor goes off again, each for a code of its own', async () => {
      const terminal = open()
      try {
        await logIn(terminal)
        await terminal.answer(CODE, backupCodes[1]!)
        await terminal.answer(/8 backup codes left[\s\S]*Your choice:/, '2')
        await terminal.answer(CODE, backupCodes[2]!)
        const made = (await terminal.answer('Press Enter', ''))
          .match(/\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b/g)!
          .filter((code) => code !== backupCodes[2])
        await terminal.answer(/10 backup codes left[\s\S]*Your choice:/, '3')
        await terminal.answer(CODE, backupCodes[3]!)
        await terminal.waitFor('That code is wrong.')
        await terminal.answer(CODE, made[0]!)
        await terminal.waitFor('Two-factor is off')
        await terminal.answer(/Two-factor is off[\s\S]*Your choice:/, '3')
        await logIn(terminal)
        await terminal.waitFor(/Hello ann\.[\s\S]*Two-factor is off/)
        terminal.type(CONTROL_D)
        await terminal.waitFor('Goodbye')
        expect(await terminal.ended).toBe(0)
      } finally {
        terminal.close()
      }
    })

    it("what it keeps is its owner's alone, and holds no key in the clear", () => {
      expect([
        statSync(data).mode & 0o777,
        statSync(join(data, 'keyring.key')).mode & 0o777,
      ]).toEqual([0o700, 0o600])
      expect(readFileSync(join(data, 'portal.sqlite')).includes(PASSWORD)).toBe(false)
    })

    it('in a narrow window it asks for a larger one, and without colors it draws without colors', async () => {
      const [narrow, plain] = [
        open({ columns: 38 }, {}, join(folder, 'narrow')),
        open({}, { NO_COLOR: '1' }, join(folder, 'plain')),
      ]
      try {
        for (const terminal of [narrow, plain]) {
          await terminal.answer('Name for the new account:', 'bob')
          await terminal.answer(/\(not\s+sh\s*own\):/, PASSWORD)
        }
        await narrow.waitFor('this window has 38')
        await plain.waitFor(/█{30}[\s\S]*First code of the app/)
        expect(plain.raw).not.toMatch(/\x1b\[[\d;]*m/)
      } finally {
        narrow.close()
        plain.close()
      }
    })
  },
)

const CODE = 'Code or backup code (Enter goes back):'

async function logIn(terminal: PseudoTerminal): Promise<void> {
  await terminal.answer(/There is one account: ann[\s\S]*Your choice:/, '1')
  await terminal.answer('Name:', 'ann')
  await terminal.answer('Password (not shown):', PASSWORD)
}

function countDrawings(terminal: PseudoTerminal): number {
  return terminal.text.split('Key: ').length - 1
}

/** What a camera reads from the screen. */
function scan(terminal: PseudoTerminal): { issuer: string | null; account: string; key: string } {
  const { issuer, account, key } = parseKeyUri(
    readBitmap(screenOf(lastDrawing(terminal.raw)), 'dark'),
  )
  return { issuer, account, key: key.revealBase32() }
}
