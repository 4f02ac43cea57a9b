import { createKeyring, type EventDetail, generateKeyringKey } from 'keystep'
import { generateBackupCodes, hashBackupCodes } from 'keystep/backup-codes'
import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { openRecord, sealRecord } from '../../src/crypto/envelope.ts'
import { recordActivity } from '../../src/flow/activity.ts'
import { cut, factsOf } from '../../src/flow/events.ts'
import { recordKey } from '../../src/flow/record-key.ts'
import { recordMac } from '../../src/flow/record-mac.ts'
import { type Device, isEnrolled, newSubject, openSubject, renewEpoch, sealSubject, type SmsFactor, type Subject, type TotpFactor } from '../../src/flow/subject.ts'
import { newId } from '../../src/flow/token.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const keyring = createKeyring(generateKeyringKey().replace(/^[^:]*/, 'k'.repeat(32)))
const ROW = recordKey('default', 'ada')
const mac = (): string => randomBytes(32).toString('base64url')
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

/** A record in which every list is at its cap and every text as long as it may be, of one kind of character. */
async function fullSubject(letter: string, keyBytes = 64, line: 'longest' | 'usual' = 'longest'): Promise<Subject> {
  const text = (most: number): string => cut(letter.repeat(most), most)
  const [actor, reason, label] = [text(64), text(300), text(64)]
  const totp = (): TotpFactor => ({
    kind: 'totp', id: newId(), label, createdAt: NOW, key: randomBytes(keyBytes).toString('base64url'), algorithm: 'SHA512', digits: 8,
    periodSeconds: 120, lastUsedStep: 59_754_561, drift: -2, lastOffset: -2,
  })
  const sms = (backup: boolean): SmsFactor => ({ kind: 'sms', id: newId(), createdAt: NOW, number: '+999999999999999', backup })
  const device = (): Device => ({ id: newId(), mac: mac(), label, createdAt: NOW, lastSeenAt: NOW, expiresAt: NOW })
  const issued: EventDetail = { type: 'support_code.issued', actor, reason, expiresAt: new Date(NOW) }
  const changed: EventDetail = { type: 'factor.removed', factorId: newId(), kind: 'totp', label: 'Authenticator app' }
  const facts = line === 'longest' ? factsOf({ ip: text(45), userAgent: text(160) }) : { ip: '2001:db8:85a3::8a2e:370:7334', userAgent: 'Mozilla/5.0 (X11; Linux x86_64) '.repeat(4) }
  const base = renewEpoch(newSubject(), NOW)
  const counter = { streak: 49, lockedUntil: NOW, wrongAt: times(100, (i) => NOW / 1000 - i), stopped: false }
  return {
    ...base,
    touchedAt: NOW,
    factors: [totp(), totp(), totp(), sms(false), sms(true)],
    backupCodes: await hashBackupCodes(generateBackupCodes({ count: 32 })),
    attempts: { ...base.attempts, codes: counter, recovery: counter, failures: 100 },
    spent: times(64, () => ({ id: newId(), issuedAt: NOW, until: NOW })),
    spentFloor: NOW,
    sms: { ...base.sms, code: { boundTo: newId(), mac: mac(), expiresAt: NOW, used: false }, sentAt: times(10, (i) => NOW - i) },
    devices: times(10, device),
    support: { id: newId(), mac: mac(), issuedAt: NOW, expiresAt: NOW, redeemed: false },
    activity: times(20, (i) => i).reduce((activity, i) => recordActivity(activity, [line === 'longest' ? issued : changed], NOW + i, facts), base.activity),
  }
}

describe('the record', () => {
  it('is read as it was written', async () => {
    const subject = await fullSubject('a', 20, 'usual')
    expect(await openSubject(keyring, ROW, await sealSubject(keyring, ROW, subject))).toEqual(subject)
    const fresh = newSubject()
    expect(await openSubject(keyring, ROW, await sealSubject(keyring, ROW, fresh))).toEqual(fresh)
  })

  it('shows nothing of itself in its row, not even a label', async () => {
    const subject = await fullSubject('Q', 20, 'usual')
    const row = await sealSubject(keyring, ROW, subject)
    const seen = row + Buffer.from(row.split('.')[2]!, 'base64url').toString('latin1')
    const inside = [...subject.factors.map((one) => (one.kind === 'totp' ? one.key : one.number)), 'QQQQQQQQ', subject.macKey, subject.epoch.id, 'factors', 'lastUsedStep']
    for (const text of inside) expect(seen).not.toContain(text.slice(0, 8))
  })

  it('V12: a row moved to another user, or to another realm, is ERR_RECORD_SEAL', async () => {
    const row = await sealSubject(keyring, ROW, newSubject())
    for (const other of [recordKey('default', 'eve'), recordKey('staff', 'ada')]) {
      await expect(openSubject(keyring, other, row)).rejects.toMatchObject({ code: 'ERR_RECORD_SEAL' })
    }
  })

  it('ERR_RECORD_VERSION: a record of a newer schema is refused, never guessed at', async () => {
    const newer = [{ ...newSubject(), schema: 2 }, { schema: '1' }, { schema: null }, {}, [], null, 1, 'text'].map((one) => JSON.stringify(one))
    for (const text of [...newer, '', 'not JSON: SECRETMARK', '{"schema":1', '\u0002binary']) {
      const error: unknown = await openSubject(keyring, ROW, await sealRecord(keyring, ROW, text)).catch((caught: unknown) => caught)
      expect(error, text).toMatchObject({ name: 'KeystepError', code: 'ERR_RECORD_VERSION' })
      const { message, stack, cause } = error as Error
      expect(`${message}${stack ?? ''}`).not.toContain('SECRETMARK')
      expect(cause).toBeUndefined()
    }
  })
})

describe('the bound: a full record seals to at most 32 kB', () => {
  const letters = { 'ASCII': 'a', 'two bytes': 'é', 'three bytes': '€', 'emoji': '😀', 'quotes': '"', 'control characters': '\u0001', 'lone surrogates': '\ud800' }
  const cases = Object.entries(letters).flatMap(([name, letter]) => [64, 1024].map((keyBytes) => ({ name, letter, keyBytes })))

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
    expect([totp, full.factors.length - totp, full.devices.length, full.activity.length, full.backupCodes!.codes.length, full.spent.length]).toEqual([3, 2, 10, 20, 32, 64])
  })

  it('a full record keeps all 20 lines of ordinary length but in the very worst case', async () => {
    const { activity } = await openSubject(keyring, ROW, await sealSubject(keyring, ROW, await fullSubject('a', 20, 'usual')))
    expect(activity).toHaveLength(20)
  })

  it('a record as users have it keeps 20 lines, all with the longest texts that staff and browsers write', async () => {
    const ordinary: Subject = { ...full, spent: full.spent.slice(0, 2), devices: full.devices.slice(0, 2), factors: full.factors.slice(0, 1), backupCodes: null, attempts: newSubject().attempts }
    const { activity } = await openSubject(keyring, ROW, await sealSubject(keyring, ROW, { ...ordinary, activity: (await fullSubject('a')).activity }))
    expect(activity).toHaveLength(20)
  })

  it('the last line is kept whatever else has to go, and an ordinary record is far smaller', async () => {
    const { activity } = await openSubject(keyring, ROW, await sealSubject(keyring, ROW, full))
    expect(activity.at(-1)).toEqual(full.activity.at(-1))
    const { factors, devices, spent } = full
    const row = await sealSubject(keyring, ROW, { ...renewEpoch(newSubject(), NOW), factors: factors.slice(0, 1), devices: devices.slice(0, 1), spent: spent.slice(0, 1) })
    expect(row.length).toBeLessThan(2000)
  })
})

describe('newSubject and renewEpoch', () => {
  it('63B-4 3.2.12: every record has a MAC key of its own of 256 random bits, and every epoch 128', () => {
    const subjects = times(200, newSubject)
    expect(new Set(subjects.map(({ macKey }) => macKey)).size).toBe(200)
    for (const { macKey } of subjects) expect(Buffer.from(macKey, 'base64url')).toHaveLength(32)
    const epochs = times(200, () => renewEpoch(subjects[0]!, NOW).epoch)
    expect(new Set(epochs.map(({ id }) => id)).size).toBe(200)
    for (const { id, at } of epochs) expect([Buffer.from(id, 'base64url').length, at]).toEqual([16, NOW])
    expect(recordMac(subjects[0]!, 'device', 'x')).not.toBe(recordMac(subjects[1]!, 'device', 'x'))
  })

  it('V28: a new epoch ends devices, spent tokens and the SMS code in flight, and leaves factors, codes, counters and history', async () => {
    const full = await fullSubject('a')
    const { epoch, devices, spent, spentFloor, sms, ...kept } = renewEpoch(full, NOW + 1)
    expect(epoch.id).not.toBe(full.epoch.id)
    expect([devices, spent, spentFloor, sms.code, sms.sentAt]).toEqual([[], [], 0, null, full.sms.sentAt])
    expect(full).toMatchObject(kept)
    expect(isEnrolled(full) && isEnrolled(renewEpoch(full, NOW))).toBe(true)
  })

  it('what nobody is enrolled in is not enrolled: no record, and a record without factors', () => {
    expect([isEnrolled(null), isEnrolled(newSubject())]).toEqual([false, false])
  })

  it('the text of a record is JSON under its schema, and a line of JSON for each of the activity, so that a later version can read it', async () => {
    const { activity, ...state } = await fullSubject('\n', 20, 'usual')
    const text = await openRecord(keyring, ROW, await sealSubject(keyring, ROW, { ...state, activity }))
    expect(text.split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([state, ...activity.map((line) => JSON.parse(line) as unknown)])
    expect(state.schema).toBe(1)
  })
})
