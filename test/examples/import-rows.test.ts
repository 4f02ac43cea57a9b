import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { encodeBase32, generateTotp, OtpKey, totpStep } from 'keystep/otp'
import { afterAll, describe, expect, it } from 'vitest'
import { FIELDS, type FileRow, type RawRow } from '../../examples/import/fields.ts'
import { importRow } from '../../examples/import/import-row.ts'
import { parseRow } from '../../examples/import/parse-row.ts'
import { readRows } from '../../examples/import/read-rows.ts'
import { acceptedOf, challenge, house } from '../flow/house.ts'

const folder = mkdtempSync(join(tmpdir(), 'keystep-rows-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const key = OtpKey.fromBytes(new Uint8Array(20).fill(9))
const KEY = key.revealBase32()
const migration = JSON.parse(readFileSync('test/vectors/migration-keys.json', 'utf8')) as {
  unixSeconds: number
  vectors: { system: string; row: RawRow; code: string }[]
}
const AT = '2026-01-02T03:04:05Z'
const NUMBER = '+4915112345678'

async function read(name: string, text: string): Promise<FileRow[]> {
  writeFileSync(join(folder, name), text)
  const rows: FileRow[] = []
  for await (const row of readRows(join(folder, name))) rows.push(row)
  return rows
}
const portal = () => house({ sms: { countries: ['+49'], sender: () => Promise.resolve() } })
const row = (raw: RawRow): FileRow => ({ line: 1, raw })

describe('reading a file', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('a,b', '"', 'a "b" c', 'one\r\ntwo', '; \t', '\uFEFF'),
  )
  const raw = fc
    .array(cell, { minLength: FIELDS.length, maxLength: FIELDS.length })
    .map((cells) => ['u', ...cells.slice(1)])

  it('CSV gives back every text, with quotes, commas and line breaks in it (RFC 4180)', async () => {
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
    await fc.assert(
      fc.asyncProperty(fc.array(raw, { maxLength: 5 }), fc.boolean(), async (rows, bom) => {
        const text = [FIELDS, ...rows].map((cells) => cells.map(quoted).join(',')).join('\r\n')
        const seen = await read('property.csv', (bom ? '\uFEFF' : '') + text)
        expect(
          seen.map((one) => 'raw' in one && FIELDS.map((field) => one.raw[field] ?? '')),
        ).toEqual(rows)
      }),
      { numRuns: 60 },
    )
  })

  it('JSON lines give the same rows as CSV', async () => {
    const csv = await read('same.csv', `user_id,key,last_used_step\nu1,${KEY},123\n\nu2,,\n`)
    const lines = await read(
      'same.jsonl',
      `\uFEFF{"user_id":"u1","key":"${KEY}","last_used_step":123}\r\n\r\n{"user_id":"u2","key":null}`,
    )
    expect(lines).toEqual([
      row({ user_id: 'u1', key: KEY, last_used_step: '123' }),
      { line: 3, raw: { user_id: 'u2' } },
    ])
    expect(csv.map((one) => 'raw' in one && one.raw)).toEqual(
      lines.map((one) => 'raw' in one && one.raw),
    )
  })

  it.each([
    ['{"user_id":"u1"', 'malformed_row'],
    ['["u1"]', 'malformed_row'],
    ['null', 'malformed_row'],
    ['{"user_id":10000000000000001}', 'malformed_row'],
    ['{"user_id":17}', 'malformed_row'],
    ['{"user_id":"u1","digits":6.5}', 'malformed_row'],
    ['{"user_id":"u1","key":{"a":1}}', 'malformed_row'],
    ['{"user_id":"u1","last_step":5}', 'unknown_field'],
    ['{"user_id":"u1","__proto__":"x"}', 'unknown_field'],
  ])('a line that is no row is told by its number: %s', async (text, unreadable) => {
    expect(await read('bad.jsonl', `{"user_id":"u0"}\n${text}\n`)).toEqual([
      row({ user_id: 'u0' }),
      { line: 2, unreadable },
    ])
  })

  it('a CSV row with another number of cells is no row: what stands where is unknown', async () => {
    expect(await read('short.csv', `user_id,key\nu1\nu2,${KEY},x\n`)).toEqual([
      { line: 2, unreadable: 'malformed_row' },
      { line: 3, unreadable: 'malformed_row' },
    ])
  })

  it.each([
    [`u1,${KEY}\n`, 'column 1 of the header is unknown, or there twice'],
    [`user_id,${KEY}\n`, 'column 2 of the header is unknown, or there twice'],
    ['user_id,user_id\n', 'column 2 of the header is unknown, or there twice'],
    ['key\n', 'the header has no user_id'],
    ['', 'there is no header'],
    [`user_id,key\nu1,"${KEY}\n`, /^line \d+: CSV_QUOTE_NOT_CLOSED$/],
    [`user_id,key\nu1,"${KEY}"x\n`, /^line \d+: CSV_INVALID_CLOSING_QUOTE$/],
    [`user_id,key\nu1,"${'A'.repeat(20_000)}"\n`, /^line \d+: CSV_MAX_RECORD_SIZE$/],
  ])(
    'a CSV file that cannot be read says where, and repeats nothing of it',
    async (text, message) => {
      await expect(read('unreadable.csv', text)).rejects.toMatchObject({
        name: 'UnreadableFile',
        message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
      })
    },
  )

  it.each(['gone.csv', 'gone.jsonl'])(
    'a file that is not there is an error, not an empty file: %s',
    async (name) => {
      await expect(readRows(join(folder, name)).next()).rejects.toMatchObject({ code: 'ENOENT' })
    },
  )
})

describe('a row', () => {
  const bytes = new TextEncoder().encode('twenty bytes of text')
  it.each<[string, RawRow]>([
    ['base32', { key: encodeBase32(bytes).toLowerCase() }],
    ['utf8', { key: 'twenty bytes of text' }],
    ['hex', { key: Buffer.from(bytes).toString('hex') }],
    ['base64', { key: Buffer.from(bytes).toString('base64') }],
    ['base32_twice', { key: encodeBase32(new TextEncoder().encode(encodeBase32(bytes))) }],
  ])('the same key, kept as %s, gives the same codes', async (format, raw) => {
    const { twoFactor, clock } = portal()
    expect(
      await importRow(twoFactor, row({ user_id: 'u', key_format: format, ...raw }), false),
    ).toBe('imported')
    const code = generateTotp(OtpKey.fromBytes(bytes), { at: clock() })
    acceptedOf(await twoFactor.login.verify({ challenge: await challenge(twoFactor, 'u'), code }))
  })

  it.each(migration.vectors)('docs/migrate.md: $system', async ({ row: raw, code }) => {
    const { twoFactor, clock } = portal()
    clock.set(new Date(migration.unixSeconds * 1000))
    expect(await importRow(twoFactor, row({ user_id: 'u', ...raw }), true)).toBe('imported')
    acceptedOf(await twoFactor.login.verify({ challenge: await challenge(twoFactor, 'u'), code }))
  })

  it('a key URI brings its own parameters', async () => {
    const { twoFactor, clock } = portal()
    await importRow(
      twoFactor,
      row({
        user_id: 'u',
        key: `otpauth://totp/Old:ann?secret=${KEY}&algorithm=SHA256&digits=8&period=60`,
      }),
      false,
    )
    const code = generateTotp(key, {
      at: clock(),
      algorithm: 'SHA256',
      digits: 8,
      periodSeconds: 60,
    })
    acceptedOf(await twoFactor.login.verify({ challenge: await challenge(twoFactor, 'u'), code }))
  })

  it.each([
    ['last_used_step', (at: Date) => String(totpStep({ at }))],
    ['last_used_at', (at: Date) => at.toISOString()],
    ['last_used_at', (at: Date) => String(Math.floor(at.getTime() / 1000))],
  ] as const)(
    'RFC 6238 5.2: a code that the old system took is not taken again (%s)',
    async (field, textOf) => {
      const at = new Date(Date.now() - 60_000)
      const { twoFactor, clock } = portal()
      clock.set(at)
      expect(
        await importRow(twoFactor, row({ user_id: 'u', key: KEY, [field]: textOf(at) }), false),
      ).toBe('imported')
      const verdict = await twoFactor.login.verify({
        challenge: await challenge(twoFactor, 'u'),
        code: generateTotp(key, { at }),
      })
      expect(verdict).toMatchObject({ outcome: 'rejected', reason: 'already_used' })
    },
  )

  it.each<[string, RawRow]>([
    ['no_user_id', { key: KEY }],
    ['nothing_to_import', { user_id: 'u' }],
    ['malformed_key', { user_id: 'u', key: 'not base32!' }],
    ['malformed_key', { user_id: 'u', key: KEY, key_format: 'rot13' }],
    ['malformed_key', { user_id: 'u', key: 'abc', key_format: 'hex' }],
    ['malformed_key', { user_id: 'u', key: `otpauth://hotp/x?secret=${KEY}&counter=1` }],
    ['short_key', { user_id: 'u', key: 'A'.repeat(16) }],
    ['malformed_parameter', { user_id: 'u', key: KEY, digits: '5' }],
    ['malformed_parameter', { user_id: 'u', key: KEY, period: '0' }],
    ['malformed_parameter', { user_id: 'u', key: KEY, algorithm: 'MD5' }],
    [
      'malformed_parameter',
      { user_id: 'u', key: KEY, last_used_step: String(Math.floor(Date.now() / 1000)) },
    ],
    ['malformed_parameter', { user_id: 'u', key: KEY, last_used_step: '-1' }],
    ['malformed_instant', { user_id: 'u', key: KEY, last_used_at: '2026-01-02 03:04:05' }],
    ['number_not_confirmed', { user_id: 'u', number: NUMBER }],
    ['malformed_instant', { user_id: 'u', number: NUMBER, number_confirmed_at: 'yes' }],
    [
      'malformed_instant',
      { user_id: 'u', number: NUMBER, number_confirmed_at: '2999-01-01T00:00:00Z' },
    ],
  ])('%s: %j', (reason, raw) => {
    expect(parseRow(raw, false)).toBe(reason)
  })

  it.each<[string, RawRow]>([
    ['malformed_number', { user_id: 'u', number: '0151 12345678', number_confirmed_at: AT }],
    ['number_refused', { user_id: 'u', number: '+15551234567', number_confirmed_at: AT }],
    ['malformed_user_id', { user_id: 'ann@example.com', key: KEY }],
  ])('%s, as keystep says: %j', async (reason, raw) => {
    const { twoFactor, store } = portal()
    expect(await importRow(twoFactor, row(raw), false)).toBe(reason)
    expect(store.writes).toBe(0)
  })

  it('algorithms are read as systems write them', () => {
    for (const algorithm of ['sha1', 'SHA-1', 'HmacSHA1', 'hmac-sha-1'])
      expect(parseRow({ user_id: 'u', key: KEY, algorithm }, false)).toMatchObject({
        totp: { algorithm: 'SHA1' },
      })
  })
})

describe('docs/migrate.md', () => {
  const page = readFileSync('docs/migrate.md', 'utf8')
  it('names every column', () => {
    expect(FIELDS.filter((field) => !page.includes(`\`${field}\``))).toEqual([])
  })
  it('names every reason that the code has', () => {
    const sources = ['parse-row.ts', 'import-row.ts']
      .map((file) => readFileSync(`examples/import/${file}`, 'utf8'))
      .join('\n')
    const declared = [
      ...sources.matchAll(
        /^export type (?:RowFault|RowRejection|KeystepRefusal) =([\s\S]*?)(?:\n\n|\n\S)/gm,
      ),
    ].flatMap(([, union = '']) =>
      [...union.matchAll(/'([a-z_]+)'/g)].map(([, reason = '']) => reason),
    )
    expect(declared.length).toBeGreaterThan(12)
    expect(declared.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([])
  })
})
