import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyring, createTwoFactor, generateKeyringKey } from 'keystep'
import { generateTotp, OtpKey } from 'keystep/otp'
import { sqliteStore } from 'keystep/stores/sqlite'
import Database from 'libsql'
import { afterAll, describe, expect, it } from 'vitest'
import type { Journal } from '../../examples/import/journal.ts'
import { acceptedOf, challenge } from '../flow/house.ts'
import { runImport } from './import-program.ts'

const ROWS = 10_000
const folder = mkdtempSync(join(tmpdir(), 'keystep-import-'))
const keys = generateKeyringKey()
/** Of a rejected row, and of any number. */
const SECRETS = /not base32|\+49|u99\b/
const inFolder = (name: string): string => join(folder, name)
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** A key of the test's own for every user: 20 bytes from its number. */
const keyOf = (user: number): OtpKey =>
  OtpKey.fromBytes(Uint8Array.from(createHash('sha1').update(`user ${user}`).digest()))

/** Every tenth user has a number, too, and every hundredth a row that cannot be imported. */
function csvOf(rows: number): string {
  const lines = Array.from({ length: rows }, (_, user) => {
    const key = user % 100 === 99 ? 'not base32!' : keyOf(user).revealBase32()
    const number =
      user % 10 === 0 ? `+4915${String(user).padStart(8, '0')},2026-01-02T03:04:05Z` : ','
    return `u${user},${key},"Ann's phone, ""old""",${number}`
  })
  return `user_id,key,label,number,number_confirmed_at\r\n${lines.join('\r\n')}\r\n`
}

/** All records with their versions: equal texts mean that nothing was written in between. */
function recordsOf(database: string): string {
  const rows = new Database(database)
    .prepare('SELECT record_key, version FROM keystep_records ORDER BY record_key')
    .all() as { record_key: string; version: string }[]
  return rows.map(({ record_key, version }) => `${record_key} ${version}`).join('\n')
}

const journalOf = (file: string): Journal =>
  JSON.parse(readFileSync(`${file}.progress`, 'utf8')) as Journal

describe(
  '10,000 rows, killed once, interrupted once, and run to the end',
  { timeout: 300_000 },
  () => {
    const [file, database] = [inFolder('users.csv'), inFolder('portal.sqlite')]
    const args = [file, '--database', database, '--countries', '+49']
    writeFileSync(file, csvOf(ROWS))

    it('a dry run shows its progress, says what would happen, repeats no row, and writes neither database nor progress', async () => {
      const { code, stdout, stderr } = await runImport([...args, '--dry-run'], keys)
      expect(stderr).toContain('[################................]  50%')
      expect(stderr).toContain('100%  10000 of 10000 rows')
      expect(stdout).toContain('line 101: malformed_key')
      expect(stdout + stderr).not.toMatch(SECRETS)
      expect(stdout).toContain(
        'dry run, nothing was written: imported 9900, present 0, kept 0, rejected 100',
      )
      expect(code).toBe(2)
      expect(existsSync(database) || existsSync(`${file}.progress`)).toBe(false)
    })

    it('goes on where it was after a kill and after Ctrl-C, and imports every row once', async () => {
      new Database(database).exec('PRAGMA journal_mode = WAL')
      const killed = await runImport(args, keys, (stderr, child) => {
        if (stderr.includes(' 10%')) child.kill('SIGKILL')
      })
      expect(killed.code).toBeNull()
      const first = journalOf(file).done
      expect(first).toBeGreaterThanOrEqual(1_000)
      expect(first).toBeLessThan(ROWS)

      const interrupted = await runImport(args, keys, (stderr, child) => {
        if (stderr.includes(' 50%')) child.kill('SIGINT')
      })
      expect(interrupted.code).toBe(130)
      const second = journalOf(file).done
      expect(interrupted.stdout).toContain(`interrupted after ${second} of ${ROWS} rows`)
      expect(second).toBeGreaterThanOrEqual(5_000)
      expect(second).toBeLessThan(ROWS)

      const ended = await runImport(args, keys)
      expect(ended.code).toBe(2)
      const { done, imported, present, kept, rejected } = journalOf(file)
      // Rows of the batch that was under way when it was killed were imported and not written down:
      // they are found present.
      expect({ done, taken: imported + present, kept }).toEqual({
        done: ROWS,
        taken: 9_900,
        kept: 0,
      })
      expect(present).toBeLessThanOrEqual(64)
      expect(rejected.map(({ line, reason }) => `${line} ${reason}`)).toEqual(
        Array.from({ length: 100 }, (_, n) => `${n * 100 + 101} malformed_key`),
      )
      expect(ended.stdout + ended.stderr + readFileSync(`${file}.progress`, 'utf8')).not.toMatch(
        SECRETS,
      )
    })

    it('a second run changes nothing, with the progress file and without', async () => {
      const before = recordsOf(database)
      expect(before.split('\n')).toHaveLength(9_900)
      await runImport(args, keys)
      expect(recordsOf(database)).toBe(before)
      rmSync(`${file}.progress`)
      const { stdout } = await runImport(args, keys)
      expect(stdout).toContain('imported 0, present 9900, kept 0, rejected 100')
      expect(recordsOf(database)).toBe(before)
    })

    it('the users log in with the authenticator that they have', async () => {
      const twoFactor = createTwoFactor({
        issuer: 'Portal',
        store: sqliteStore(new Database(database)),
        keyring: createKeyring(keys),
      })
      expect(await twoFactor.maintenance.summarize()).toMatchObject({
        records: 9_900,
        enrolled: 9_900,
        totp: 9_900,
        sms: 1_000,
        weakKeys: 0,
      })
      for (const user of [0, 4_321, 9_998]) {
        const asked = await challenge(twoFactor, `u${user}`)
        acceptedOf(
          await twoFactor.login.verify({
            challenge: asked,
            code: generateTotp(keyOf(user), { at: new Date() }),
          }),
        )
      }
      const { factors } = await twoFactor.status({ userId: 'u4320' })
      expect(factors).toMatchObject([
        { kind: 'totp', label: 'Ann\'s phone, "old"' },
        { kind: 'sms', hint: '•••• 4320', backup: false },
      ])
    })

    it('a file that changed is not gone on with', async () => {
      writeFileSync(file, csvOf(ROWS + 1))
      const { code, stderr } = await runImport(args, keys)
      expect(code).toBe(1)
      expect(stderr).toContain('the file has changed since its import began')
    })
  },
)

describe('the command', () => {
  it('rejected rows are tried again by the next run, as with a flag that was missing', async () => {
    const [file, database] = [inFolder('short.jsonl'), inFolder('short.sqlite')]
    const short = OtpKey.fromBytes(new Uint8Array(10).fill(7), {
      allowShortKey: true,
    }).revealBase32()
    writeFileSync(
      file,
      [
        { user_id: 'a', key: short },
        { user_id: 'b', key: keyOf(1).revealBase32() },
        { user_id: 'c', key: short },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
    )
    const first = await runImport([file, '--database', database], keys)
    expect(first.stdout).toBe(
      'line 1: short_key\nline 3: short_key\nimported 1, present 0, kept 0, rejected 2\n',
    )
    const second = await runImport([file, '--database', database, '--allow-short-keys'], keys)
    expect(second).toMatchObject({ code: 0, stdout: 'imported 3, present 0, kept 0, rejected 0\n' })
    const twoFactor = createTwoFactor({
      issuer: 'Portal',
      store: sqliteStore(new Database(database)),
      keyring: createKeyring(keys),
    })
    expect(await twoFactor.maintenance.summarize()).toMatchObject({ enrolled: 3, weakKeys: 2 })
  })

  it('a dry run looks at the users who are there', async () => {
    const [file, database] = [inFolder('short.jsonl'), inFolder('short.sqlite')]
    const before = recordsOf(database)
    const { stdout } = await runImport(
      [file, '--database', database, '--allow-short-keys', '--dry-run'],
      keys,
    )
    expect(stdout).toBe('dry run, nothing was written: imported 0, present 3, kept 0, rejected 0\n')
    expect(recordsOf(database)).toBe(before)
  })

  it.each([[[]], [['--dry-run']]])(
    'another keyring than the portal has is refused before anything is written: %j',
    async (more) => {
      const [file, database] = [inFolder('more.jsonl'), inFolder('short.sqlite')]
      writeFileSync(file, JSON.stringify({ user_id: 'new', key: keyOf(2).revealBase32() }))
      const before = recordsOf(database)
      const { code, stdout, stderr } = await runImport(
        [file, '--database', database, ...more],
        generateKeyringKey(),
      )
      expect({ code, stdout, stderr }).toEqual({
        code: 1,
        stdout: '',
        stderr:
          'stopped: Error: this keyring opens 0 of the 3 records: take the one of the portal\n',
      })
      expect(recordsOf(database)).toBe(before)
    },
  )

  it.each([[[]], [['no-such-file.csv', '--database', 'x.sqlite']]])(
    'says how it is called: %j',
    async (args) => {
      const { code, stderr } = await runImport(args, keys)
      expect(code).toBe(64)
      expect(stderr).toContain('usage: main.ts')
    },
  )

  it('a file without a header is refused before anything is written, and not repeated', async () => {
    const file = inFolder('bare.csv')
    writeFileSync(file, `u1,${keyOf(1).revealBase32()}\n`)
    const { code, stderr } = await runImport([file, '--database', inFolder('bare.sqlite')], keys)
    expect({ code, stderr: stderr.trim() }).toEqual({
      code: 1,
      stderr: 'stopped: UnreadableFile: column 1 of the header is unknown, or there twice',
    })
  })
})
