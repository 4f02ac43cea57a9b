import { describe, expect, it } from 'vitest'
import { createKeyring, createTwoFactor } from '../../src/index.ts'
import { fill } from './growth/fill.ts'
import { sqlitePlaces } from './growth/places.ts'
import { walk } from './growth/walks.ts'
import { Logins } from './stores/logins.ts'

const USERS = 2500
const NOW = Date.parse('2026-11-22T12:00:00Z')
const [old, fresh] = ['A', 'B'].map((letter) => letter.repeat(42) + 'A')

describe('maintenance walks, beside live logins', () => {
  it('SQLite in one process: reseal goes on after an interruption, misses nothing, and logins have their turn', async () => {
    const { many, close } = await sqlitePlaces()
    const [before, after] = [
      createKeyring(`old:${old!},new:${fresh!}`),
      createKeyring(`new:${fresh!},old:${old!}`),
    ]
    const users = Array.from({ length: USERS }, (_, i) => `user-${i}`)
    const live = new Logins(many.store, users, after)
    await fill(many.load, before, live.key, USERS)
    const seen: number[] = []
    const walked = await walk(
      createTwoFactor({
        issuer: 'Test',
        store: many.store,
        keyring: after,
        now: () => new Date(NOW),
      }),
      live,
      USERS,
      5,
      (records) => seen.push(records),
    )
    expect(walked.resumedAt).toBe(1500)
    expect(walked.reseal).toMatchObject({ records: 1000, unreadable: 0 })
    expect(walked.summary).toMatchObject({ records: USERS, enrolled: USERS, byKey: { new: USERS } })
    expect(seen).toEqual([500, 1000, 1500, 2000, 2500, 500, 1000, 1500, 2000, 2500])
    expect(walked.logins).toBeGreaterThan(5)
    await close()
  })
})
