import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyring, generateKeyringKey, MANAGE_FACTORS } from 'keystep'
import { encodeBase32, generateTotp, OtpKey } from 'keystep/otp'
import { memoryStore } from 'keystep/stores/memory'
import { afterAll, describe, expect, it } from 'vitest'
import { dryRunStore } from '../../examples/import/dry-run-store.ts'
import type { FileRow, RawRow } from '../../examples/import/fields.ts'
import { importFile } from '../../examples/import/import-file.ts'
import { importRow } from '../../examples/import/import-row.ts'
import { type Journal, newJournal } from '../../examples/import/journal.ts'
import { acceptedOf, challenge, house, permit, SESSION } from '../flow/house.ts'

const folder = mkdtempSync(join(tmpdir(), 'keystep-rows-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const key = OtpKey.fromBytes(new Uint8Array(20).fill(9))
const KEY = key.revealBase32()
const AT = '2026-01-02T03:04:05Z'
const NUMBER = '+4915112345678'

const portal = () => house({ sms: { countries: ['+49'], sender: () => Promise.resolve() } })
const row = (raw: RawRow): FileRow => ({ line: 1, raw })

describe('again, later', () => {
  it('a number and its backup come as they were, and a second time as nothing', async () => {
    const { twoFactor, store } = portal()
    const both = row({
      user_id: 'u',
      number: NUMBER,
      number_confirmed_at: AT,
      backup_number: '+49151999',
      backup_number_confirmed_at: '1767323045',
    })
    expect(await importRow(twoFactor, both, false)).toBe('imported')
    const { writes } = store
    expect(await importRow(twoFactor, both, false)).toBe('present')
    expect(store.writes).toBe(writes)
    expect((await twoFactor.status({ userId: 'u' })).factors).toMatchObject([
      { hint: '•••• 5678', backup: false, createdAt: new Date(AT) },
      { hint: '•••• 1999', backup: true },
    ])
  })

  it('of two rows with different numbers the first stays, and the second is told', async () => {
    const { twoFactor } = portal()
    await importRow(
      twoFactor,
      row({ user_id: 'u', number: NUMBER, number_confirmed_at: AT }),
      false,
    )
    expect(
      await importRow(
        twoFactor,
        row({ user_id: 'u', number: '+4915100005678', number_confirmed_at: AT }),
        false,
      ),
    ).toBe('other_number')
    expect((await twoFactor.status({ userId: 'u' })).factors).toMatchObject([{ hint: '•••• 5678' }])
  })

  it('V14: an authenticator that its owner removed does not come back', async () => {
    const { twoFactor, clock } = portal()
    await importRow(twoFactor, row({ user_id: 'u', key: KEY }), false)
    const leave = await permit(
      twoFactor,
      'u',
      generateTotp(key, { at: clock() }),
      SESSION,
      MANAGE_FACTORS,
    )
    acceptedOf(await twoFactor.factors.removeAll({ permit: leave, sessionId: SESSION }))
    expect(await importRow(twoFactor, row({ user_id: 'u', key: KEY }), false)).toBe('kept')
    expect((await twoFactor.status({ userId: 'u' })).enrolled).toBe(false)
  })

  it('V14: nor after twenty logins, which fill the activity that told of it', async () => {
    const { twoFactor, clock } = portal()
    await importRow(twoFactor, row({ user_id: 'u', key: KEY }), false)
    const other = OtpKey.generate()
    const { factorId } = acceptedOf(await twoFactor.totp.import({ userId: 'u', key: other }))
    const status = await twoFactor.status({ userId: 'u' })
    const first = status.factors.find((factor) => factor.factorId !== factorId)!
    const leave = await permit(
      twoFactor,
      'u',
      generateTotp(other, { at: clock() }),
      SESSION,
      MANAGE_FACTORS,
    )
    acceptedOf(
      await twoFactor.factors.remove({
        permit: leave,
        sessionId: SESSION,
        factorId: first.factorId,
      }),
    )
    for (let n = 0; n < 20; n++) {
      clock.advance({ minutes: 1 })
      acceptedOf(
        await twoFactor.login.verify({
          challenge: await challenge(twoFactor, 'u'),
          code: generateTotp(other, { at: clock() }),
        }),
      )
    }
    expect(
      (await twoFactor.status({ userId: 'u' })).activity.some(
        ({ type }) => type === 'factor.removed',
      ),
    ).toBe(false)
    expect(await importRow(twoFactor, row({ user_id: 'u', key: KEY }), false)).toBe('kept')
    expect((await twoFactor.status({ userId: 'u' })).factors).toHaveLength(1)
  })

  it('an outage stops the import, and the journal has what is done', async () => {
    const file = join(folder, 'outage.jsonl')
    writeFileSync(
      file,
      Array.from({ length: 300 }, (_, n) =>
        JSON.stringify({ user_id: `u${n}`, key: keyText(n) }),
      ).join('\n'),
    )
    const real = memoryStore()
    let puts = 0
    const failing = {
      ...real,
      put: (...args: Parameters<typeof real.put>) =>
        ++puts === 150 ? Promise.reject(new Error('disk full')) : real.put(...args),
    }
    const keyring = createKeyring(generateKeyringKey())
    let journal: Journal = newJournal
    const run = () =>
      importFile({
        twoFactor: house({ store: failing, keyring }).twoFactor,
        file,
        journal,
        onBatch: (now) => {
          journal = now
        },
      })
    await expect(run()).rejects.toMatchObject({ code: 'ERR_STORE' })
    expect(journal.done).toBe(128)
    await run()
    expect(journal).toMatchObject({ done: 300, kept: 0, rejected: [] })
    expect(journal.imported + journal.present).toBe(300)
  })
})

describe('the store of a dry run', () => {
  it('sees what is there, and leaves it as it is', async () => {
    const real = memoryStore()
    const version = await real.put('k', 'old', { expected: null })
    const dry = dryRunStore(real)
    expect(await dry.put('k', 'new', { expected: null })).toBeNull()
    expect(await dry.put('k', 'new', { expected: version })).not.toBeNull()
    expect(await dry.put('k', 'newer', { expected: version })).toBeNull()
    expect([(await dry.get('k'))?.value, (await real.get('k'))?.value]).toEqual(['new', 'old'])
    await expect(dry.delete('k', { expected: 'x' })).rejects.toThrow('an import deletes nothing')
  })

  it('lets one of many racing writers win', async () => {
    const dry = dryRunStore(memoryStore())
    const versions = await Promise.all(
      Array.from({ length: 20 }, (_, n) => dry.put('k', String(n), { expected: null })),
    )
    expect(versions.filter((version) => version !== null)).toHaveLength(1)
  })
})

function keyText(user: number): string {
  return encodeBase32(Uint8Array.from(createHash('sha1').update(String(user)).digest()))
}
