import type { EventDetail } from 'keystep'
import { describe, expect, it } from 'vitest'
import { readActivity, recordActivity } from '../../src/record/activity.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const FACTS = { ip: '203.0.113.7', userAgent: 'Browser/1.0' }

const removed = (n: number): EventDetail => ({
  type: 'factor.removed',
  factorId: `f${n}`,
  kind: 'totp',
  label: 'Phone',
})
const wrong = (inARow: number, counter: 'codes' | 'recovery' = 'codes'): EventDetail => ({
  type: 'code.rejected',
  counter,
  inARow,
  passwordKnown: inARow >= 5,
  within30Days: inARow,
  kind: 'totp',
  purpose: 'login',
})

/** Everything that somebody with the password alone can cause, as often as they like. */
function guess(activity: readonly string[], times: number, from: number): readonly string[] {
  let entries = activity
  for (let n = 0; n < times; n++) {
    const [now, counter] = [from + n, n % 2 ? 'codes' : 'recovery'] as const
    const ip = `203.0.113.${n % 250}`
    const events: EventDetail[] = [
      wrong(n, counter),
      { type: 'locked', counter, retryAt: new Date(now + 30_000) },
      { type: 'exhausted', counter },
    ]
    events.push({ type: 'sms.sent', to: n % 3 ? 'primary' : 'backup' })
    entries = recordActivity(entries, events, now, { ip, userAgent: `Agent ${n}` })
  }
  return entries
}

describe('recordActivity', () => {
  it('ASVS 16.3: keeps what happened, when and from where, newest first, as it was told to onEvent', () => {
    const expiresAt = new Date(NOW + 86_400_000)
    const events: EventDetail[] = [
      removed(1),
      { type: 'support_code.issued', actor: 'eva', reason: 'lost phone', expiresAt },
    ]
    expect(readActivity(recordActivity([], events, NOW, FACTS))).toEqual([
      {
        type: 'support_code.issued',
        actor: 'eva',
        reason: 'lost phone',
        expiresAt,
        at: new Date(NOW),
        ...FACTS,
      },
      { ...removed(1), at: new Date(NOW), ...FACTS },
    ])
  })

  it('every event is read as it was told, field by field', () => {
    const until = new Date(NOW + 86_400_000)
    const told: {
      readonly [T in EventDetail['type']]: Omit<Extract<EventDetail, { type: T }>, 'type'>
    } = {
      'factor.enrolled': { factorId: 'f1', kind: 'totp', label: 'Phone' },
      'factor.imported': { factorId: 'f2', kind: 'sms', label: '…21' },
      'factor.removed': { factorId: 'f3', kind: 'totp', label: 'Tablet' },
      'factor.renamed': { factorId: 'f4', label: 'Two\nlines, "quoted"' },
      'code.accepted': { kind: 'backup_code', purpose: 'dns.change', failuresBefore: 3 },
      'code.rejected': {
        counter: 'recovery',
        inARow: 7,
        passwordKnown: true,
        within30Days: 9,
        kind: 'backup_code',
        purpose: 'dns.change',
      },
      'code.refused': { reason: 'locked', kind: null, purpose: 'login' },
      'locked': { counter: 'codes', retryAt: until },
      'exhausted': { counter: 'codes' },
      'backup_code.used': { left: 3 },
      'backup_codes.low': { left: 2 },
      'backup_codes.regenerated': { count: 10 },
      'device.remembered': { deviceId: 'd1', label: 'Firefox', expiresAt: until },
      'device.revoked': { deviceId: 'd2', label: 'Chrome' },
      'sms.sent': { to: 'backup' },
      'support_code.issued': { actor: 'eva', reason: 'phone lost', expiresAt: until },
      'reset': { actor: 'eva', reason: 'phone lost' },
      'password.changed': {},
      'unlocked': { actor: 'eva', reason: 'guessed at', codesJudged: 7 },
      'erased': { actor: 'eva', reason: 'contract ended' },
      'moved': { from: 'bob', actor: 'eva', reason: 'renamed' },
      'exported': { actor: 'eva', reason: 'asked for it' },
      'restored': { actor: 'eva', reason: 'disk failed' },
      'keyring.replaced': { actor: 'eva', reason: 'lost', keyIds: ['k1', 'k2'] },
      'sms.ceiling_near': { scope: '+49', most: 100, until },
      'sms.ceiling_reached': { scope: 'all', most: 100, until },
    }
    // In the order of their places, which stand in records and never change.
    for (const [place, [type, fields]] of Object.entries(told).entries()) {
      const event = { type, ...fields } as EventDetail
      const lines = recordActivity([], [event], NOW, FACTS)
      expect(lines[0]).toMatch(`[${place},${NOW},`)
      expect(lines.join(), type).not.toContain('\n')
      expect(readActivity(lines)).toEqual([{ ...event, at: new Date(NOW), ...FACTS }])
      expect(readActivity(recordActivity([], [event], NOW, {}))).toEqual([
        { ...event, at: new Date(NOW) },
      ])
    }
  })

  it('a line of a later version, of an event unknown here, is kept and not shown; a field unknown here is left out', () => {
    const later = ['[99,1,0,"f9"]', `[8,${NOW},{"ip":"203.0.113.9"},"codes","more"]`]
    const lines = recordActivity(later, [removed(1)], NOW, {})
    expect(lines.slice(0, 2)).toEqual(later)
    expect(readActivity(lines)).toEqual([
      { ...removed(1), at: new Date(NOW) },
      { type: 'exhausted', counter: 'codes', ip: '203.0.113.9', at: new Date(NOW) },
    ])
  })

  it('holds 20 lines at most, and lets the oldest go', () => {
    let activity: readonly string[] = []
    for (let n = 0; n < 50; n++) activity = recordActivity(activity, [removed(n)], NOW + n, {})
    expect(
      readActivity(activity).map((entry) => entry.type === 'factor.removed' && entry.factorId),
    ).toEqual(Array.from({ length: 20 }, (_, i) => `f${49 - i}`))
    const many = Array.from({ length: 50 }, (_, n) => removed(n))
    expect(recordActivity([], many, NOW, {})).toHaveLength(20)
  })

  it('10,000 wrong codes leave the history of changes in place', () => {
    const changes = [
      removed(1),
      { type: 'password.changed' },
      { type: 'reset', actor: 'eva', reason: 'phone lost' },
      { type: 'backup_codes.regenerated', count: 10 },
    ] as const
    let activity: readonly string[] = []
    for (const [n, change] of changes.entries())
      activity = recordActivity(activity, [change], NOW + n, FACTS)
    const before = readActivity(activity)
    const after = readActivity(guess(activity, 10_000, NOW + 1000))
    expect(after.filter((entry) => before.some(({ type }) => type === entry.type))).toEqual(before)
    expect(after.length).toBeLessThanOrEqual(20)
  })

  it('whatever an attacker with the password does, at least a dozen changes before it stay', () => {
    let activity: readonly string[] = []
    for (let n = 0; n < 12; n++) activity = recordActivity(activity, [removed(n)], NOW + n, FACTS)
    const after = guess(activity, 1000, NOW + 1000)
    expect(readActivity(after).filter(({ type }) => type === 'factor.removed')).toHaveLength(12)
  })

  it('a mailbox that resets the password again and again washes nothing away', () => {
    let activity: readonly string[] = recordActivity([], [removed(1)], NOW, FACTS)
    for (let n = 1; n <= 30; n++)
      activity = recordActivity(activity, [{ type: 'password.changed' }], NOW + n, FACTS)
    expect(readActivity(activity).map((entry) => [entry.type, entry.count])).toEqual([
      ['password.changed', 30],
      ['factor.removed', undefined],
    ])
  })

  it('repeated failures are one line: how many, the first, the last, and from where the last came', () => {
    let activity: readonly string[] = []
    for (let n = 1; n <= 7; n++)
      activity = recordActivity(activity, [wrong(n)], NOW + n * 1000, { ip: `203.0.113.${n}` })
    expect(readActivity(activity)).toEqual([
      {
        ...wrong(7),
        count: 7,
        firstAt: new Date(NOW + 1000),
        at: new Date(NOW + 7000),
        ip: '203.0.113.7',
      },
    ])
  })

  it('failures of the two counters stay two lines, and a single one has no count', () => {
    const activity = recordActivity([], [wrong(1), wrong(1, 'recovery'), wrong(2)], NOW, {})
    expect(readActivity(activity)).toEqual([
      { ...wrong(2), count: 2, firstAt: new Date(NOW), at: new Date(NOW) },
      { ...wrong(1, 'recovery'), at: new Date(NOW) },
    ])
  })

  it('does not change the list that it was given', () => {
    const given = Object.freeze(guess([], 3, NOW))
    const copy = JSON.stringify(given)
    recordActivity(given, [wrong(4), removed(1)], NOW, FACTS)
    expect(JSON.stringify(given)).toBe(copy)
  })
})
