import { createKeyring, generateKeyringKey } from 'keystep'
import { beforeAll, describe, expect, it } from 'vitest'
import { openRecord, sealRecord } from '../../src/crypto/envelope.ts'
import { openSubject, sealSubject } from '../../src/record/sealed-subject.ts'
import { newSubject, renewEpoch, type Subject } from '../../src/record/subject.ts'
import { fullSubject, NOW } from './full-subject.ts'
import { rowOf } from './record.ts'

const keyring = createKeyring(generateKeyringKey().replace(/^[^:]*/, 'k'.repeat(32)))
const ROW = rowOf('default', 'ada')

describe('the record', () => {
  it('is read as it was written', async () => {
    const subject = await fullSubject('a', 20, 'usual')
    expect(await openSubject(keyring, ROW, await sealSubject(keyring, ROW, subject))).toEqual(
      subject,
    )
    const fresh = newSubject()
    expect(await openSubject(keyring, ROW, await sealSubject(keyring, ROW, fresh))).toEqual(fresh)
  })

  it('the text of a record is JSON under its schema, and a line of JSON for each of the activity, so that a later version can read it', async () => {
    const { activity, ...state } = await fullSubject('\n', 20, 'usual')
    const text = await openRecord(
      keyring,
      ROW,
      await sealSubject(keyring, ROW, { ...state, activity }),
    )
    const { offSince, needsSupportCode, keptUntil, ...said } = state
    expect(text.split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([
      said,
      ...activity.map((line) => JSON.parse(line) as unknown),
    ])
    expect([offSince, needsSupportCode, keptUntil]).toEqual([null, false, null])
    expect(state.schema).toBe(1)
  })

  it('leaves unsaid what was never touched, and reads it the same where it is said', async () => {
    const subject = {
      ...renewEpoch(newSubject(), NOW),
      factors: (await fullSubject('a', 20)).factors,
    }
    const text = await openRecord(keyring, ROW, await sealSubject(keyring, ROW, subject))
    expect(Object.keys(JSON.parse(text) as object)).toEqual([
      'schema',
      'epoch',
      'macKey',
      'touchedAt',
      'factors',
    ])
    const { activity, ...state } = subject
    expect(
      await openSubject(
        keyring,
        ROW,
        await sealRecord(keyring, ROW, [JSON.stringify(state), ...activity].join('\n')),
      ),
    ).toEqual(subject)
  })

  it('shows nothing of itself in its row, not even a label', async () => {
    const subject = await fullSubject('Q', 20, 'usual')
    const row = await sealSubject(keyring, ROW, subject)
    const seen = row + Buffer.from(row.split('.')[2]!, 'base64url').toString('latin1')
    const inside = [
      ...subject.factors.map((one) => (one.kind === 'totp' ? one.key : one.number)),
      'QQQQQQQQ',
      subject.macKey,
      subject.epoch.id,
      'factors',
      'lastUsedStep',
    ]
    for (const text of inside) expect(seen).not.toContain(text.slice(0, 8))
  })

  it('V12: a row moved to another user, or to another realm, is ERR_RECORD_SEAL', async () => {
    const row = await sealSubject(keyring, ROW, newSubject())
    for (const other of [rowOf('default', 'eve'), rowOf('staff', 'ada')]) {
      await expect(openSubject(keyring, other, row)).rejects.toMatchObject({
        code: 'ERR_RECORD_SEAL',
      })
    }
  })

  it('ERR_RECORD_VERSION: a record of a newer schema is refused, never guessed at', async () => {
    const newer = [
      { ...newSubject(), schema: 2 },
      { schema: '1' },
      { schema: null },
      {},
      [],
      null,
      1,
      'text',
    ].map((one) => JSON.stringify(one))
    for (const text of [...newer, '', 'not JSON: SECRETMARK', '{"schema":1', '\u0002binary']) {
      const error: unknown = await openSubject(
        keyring,
        ROW,
        await sealRecord(keyring, ROW, text),
      ).catch((caught: unknown) => caught)
      expect(error, text).toMatchObject({ name: 'KeystepError', code: 'ERR_RECORD_VERSION' })
      const { message, stack, cause } = error as Error
      expect(`${message}${stack ?? ''}`).not.toContain('SECRETMARK')
      expect(cause).toBeUndefined()
    }
  })
})

describe('the bound: a full record seals to at most 32 kB', () => {
  const letters = {
    'ASCII': 'a',
    'two bytes': 'é',
    'three bytes': '€',
    'emoji': '😀',
    'quotes': '"',
    'control characters': '\u0001',
    'lone surrogates': '\ud800',
  }
  const cases = Object.entries(letters).flatMap(([name, letter]) =>
    [64, 1024].map((keyBytes) => ({ name, letter, keyBytes })),
  )

  it.each(cases)('of $name, with keys of $keyBytes bytes', async ({ letter, keyBytes }) => {
    const subject = await fullSubject(letter, keyBytes)
    const row = await sealSubject(keyring, ROW, subject)
    expect(row.length).toBeLessThanOrEqual(32_000)
    const { activity, ...rest } = await openSubject(keyring, ROW, row)
    const { activity: whole, ...all } = subject
    expect(rest, 'nothing but old lines of the activity ever makes room').toEqual(all)
    expect(activity.length).toBeGreaterThan(0)
    expect(activity).toEqual(whole.slice(-activity.length))
  })

  let full: Subject
  beforeAll(async () => {
    full = await fullSubject('€')
  })

  it('the caps are those of the plan, so that this is what full means', () => {
    const totp = full.factors.filter(({ kind }) => kind === 'totp').length
    expect([
      totp,
      full.factors.length - totp,
      full.devices.length,
      full.activity.length,
      full.backupCodes!.codes.length,
      full.spent.length,
    ]).toEqual([3, 2, 10, 20, 32, 64])
  })

  it('a full record keeps all 20 lines of ordinary length but in the very worst case', async () => {
    const { activity } = await openSubject(
      keyring,
      ROW,
      await sealSubject(keyring, ROW, await fullSubject('a', 20, 'usual')),
    )
    expect(activity).toHaveLength(20)
  })

  it('a record as users have it keeps 20 lines, all with the longest texts that staff and browsers write', async () => {
    const ordinary: Subject = {
      ...full,
      spent: full.spent.slice(0, 2),
      devices: full.devices.slice(0, 2),
      factors: full.factors.slice(0, 1),
      backupCodes: null,
      attempts: newSubject().attempts,
    }
    const { activity } = await openSubject(
      keyring,
      ROW,
      await sealSubject(keyring, ROW, { ...ordinary, activity: (await fullSubject('a')).activity }),
    )
    expect(activity).toHaveLength(20)
  })

  it('the last line is kept whatever else has to go, and an ordinary record is far smaller', async () => {
    const { activity } = await openSubject(keyring, ROW, await sealSubject(keyring, ROW, full))
    expect(activity.at(-1)).toEqual(full.activity.at(-1))
    const { factors, devices, spent } = full
    const row = await sealSubject(keyring, ROW, {
      ...renewEpoch(newSubject(), NOW),
      factors: factors.slice(0, 1),
      devices: devices.slice(0, 1),
      spent: spent.slice(0, 1),
    })
    expect(row.length).toBeLessThan(2000)
  })
})
