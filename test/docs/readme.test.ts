import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeyring } from 'keystep'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acceptedOf, challenge, enroll, house, nextCode, SESSION } from '../flow/house.ts'
import { readManifest } from '../package/doors.ts'
import { installTarball } from '../package/pack.ts'
import { fencesOf, readPage, readWords } from './fences.ts'
import { rowsOf } from './tables.ts'

const text = readPage('README.md')
const fences = fencesOf('README.md', text)

describe('the README, in an empty folder with the package as npm would bring it', () => {
  let folder: string
  beforeAll(() => {
    folder = installTarball()
  }, 300_000)
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  it('the whole of it in one file: enrolls, refuses the replay, logs in', () => {
    const [first] = fences.filter(({ language }) => language === 'js')
    writeFileSync(join(folder, 'first.mjs'), first!.code)
    const printed = execFileSync(process.execPath, ['first.mjs'], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    })
    expect(printed).toMatch(/█▀{5}█[ ▀▄█]{20,}█▀{5}█/)
    expect(printed).toMatch(/or type ([A-Z2-7]{4} ){7}[A-Z2-7]{4}\n/)
    expect(printed.match(/'(\w{4}-){3}\w{4}'/g)).toHaveLength(10)
    const promised = [...first!.code.matchAll(/^console\.log.*\/\/ (\{.*?\}|\S+ \S+):/gm)].map(
      ([, said]) => said,
    )
    expect(promised).toHaveLength(2)
    for (const said of promised) expect(printed).toContain(`${said!}\n`)
  })

  it('the line that makes the key makes one that a keyring takes', () => {
    const line = fences
      .map(({ code }) => code)
      .find((code) => code.includes('generateKeyringKey()))'))
    const key = execFileSync('sh', ['-c', line!], { cwd: folder, encoding: 'utf8' }).trim()
    expect(key).toMatch(/^k\d{8}:[\w-]{43}$/)
    expect(() => createKeyring(key)).not.toThrow()
  })

  it('names the package and the Node version of the manifest', () => {
    const { name, engines } = readManifest(join(folder, 'node_modules/keystep')) as unknown as {
      name: string
      engines: { node: string }
    }
    const install = fences.find(({ code }) => code.startsWith('npm install'))!.code
    expect(
      [...install.matchAll(/^(?:npm install|deno add npm:|bun add) ?(\S+)/gm)].map(
        ([, added]) => added,
      ),
    ).toEqual([name, name, name])
    expect(install).toContain(`Node ${engines.node.replace('>=', '>= ').replace(/\.0$/, '')}`)
  })
})

describe('the numbers of the README', () => {
  it('what travels lives as long as it says', async () => {
    const { twoFactor, clock } = house()
    const { phone } = await enroll(twoFactor, 'ada', clock)
    const login = await twoFactor.login.begin({ userId: 'ada' })
    const code = nextCode(clock, phone)
    const from = clock().getTime()
    const verified = acceptedOf(
      await twoFactor.login.verify({
        challenge: await challenge(twoFactor, 'ada'),
        code,
        rememberDevice: { label: 'Laptop' },
      }),
    )
    const step = await twoFactor.stepUp.begin({
      userId: 'ada',
      sessionId: SESSION,
      purpose: 'manage_factors',
    })
    if (step.next !== 'challenge' || login.next !== 'challenge')
      throw new Error('expected challenges')
    const permit = acceptedOf(
      await twoFactor.stepUp.verify({
        challenge: step.challenge,
        code: nextCode(clock, phone),
        sessionId: SESSION,
      }),
    )
    const enrollment = acceptedOf(
      await twoFactor.totp.enroll({ permit: permit.permit, sessionId: SESSION, account: 'ada' }),
    )
    const lives = {
      ksc_: [login.challenge, login.expiresAt.getTime() + 30_000 - from],
      ksd_: [verified.device!.token.reveal(), verified.device!.expiresAt.getTime() - from],
      kse_: [enrollment.enrollment, enrollment.expiresAt.getTime() - clock().getTime()],
      ksp_: [permit.permit, permit.expiresAt.getTime() - clock().getTime()],
    } as const
    const rows = rowsOf(readWords('README.md'), 'travels')
    expect(rows.map(([token]) => /ks._/.exec(token!)?.[0]).sort()).toEqual(
      Object.keys(lives).sort(),
    )
    for (const [token, , life] of rows) {
      const [prefix] = /ks._/.exec(token!)!
      const [issued, millis] = lives[prefix as keyof typeof lives]
      expect(issued.startsWith(prefix)).toBe(true)
      const [, count, unit] = /^(\d+) (minutes|days)/.exec(life!)!
      expect(Number(count) * (unit === 'days' ? 86_400_000 : 60_000), token).toBe(millis)
    }
  })
})
