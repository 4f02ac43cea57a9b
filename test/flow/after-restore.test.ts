import { describe, expect, it } from 'vitest'
import type { RecordStore } from 'keystep/stores'
import { memoryStore } from 'keystep/stores/memory'
import type { RestoreDoubt } from 'keystep'
import { acceptedOf, challenge, enroll, house, login, nextCode, permit, SESSION } from './house.ts'
import { peek } from '../record/record.ts'

const staff = { actor: 'ops/3', reason: 'the disk failed' }
const expired = { outcome: 'rejected', reason: 'expired' }

/** All rows as they are now, and a way to put them back as a database's backup does. */
async function backUp(store: RecordStore): Promise<() => Promise<void>> {
  const rows = await Promise.all(
    (await store.keys()).map(async (key) => [key, (await store.get(key))!.value] as const),
  )
  return async () => {
    for (const key of await store.keys())
      await store.delete(key, { expected: (await store.get(key))!.version })
    for (const [key, value] of rows) await store.put(key, value, { expected: null })
  }
}

describe('V34: a restored backup', () => {
  it('takes no spent code and no ended token again; what nobody can know is listed', async () => {
    const h = house({ store: memoryStore() })
    const { phone, backupCodes, factorId } = await enroll(h.twoFactor, 'ada', h.clock)
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, phone), SESSION, 'dns.change')
    const code = nextCode(h.clock, phone)
    const { device } = acceptedOf(
      await login(h.twoFactor, 'ada', backupCodes[9]!, { rememberDevice: { label: 'Laptop' } }),
    )
    const issued = acceptedOf(
      await h.twoFactor.recovery.issueSupportCode({ userId: 'ada', ...staff }),
    )
    const asked = await challenge(h.twoFactor, 'ada')
    const { epoch } = await peek(h, 'ada')
    const restore = await backUp(h.store)
    acceptedOf(await login(h.twoFactor, 'ada', code))
    acceptedOf(await login(h.twoFactor, 'ada', backupCodes[0]!))
    await restore()
    const restoredAt = h.clock()
    h.clock.advance({ seconds: 1 })
    const report = await h.twoFactor.maintenance.afterRestore({ restoredAt, ...staff })
    expect(report).toEqual({
      records: 1,
      renewed: 1,
      left: 0,
      moving: 0,
      unreadable: 0,
      doubts: [
        {
          userId: 'ada',
          backupCodesLeft: 9,
          factors: [{ factorId, kind: 'totp', label: expect.any(String) as string }],
        },
      ],
    })
    expect(h.events.at(-1)).toMatchObject({ type: 'restored', userId: 'ada', ...staff })
    const after = await peek(h, 'ada')
    expect(after.epoch.id).not.toBe(epoch.id)
    expect(after).toMatchObject({ devices: [], support: null, spent: [] })
    expect(await h.twoFactor.login.verify({ challenge: asked, code: backupCodes[1]! })).toEqual(
      expired,
    )
    expect(
      await h.twoFactor.stepUp.check({
        permit: leave,
        userId: 'ada',
        sessionId: SESSION,
        purpose: 'dns.change',
      }),
    ).toEqual(expired)
    expect(
      (await h.twoFactor.login.begin({ userId: 'ada', deviceToken: device!.token.reveal() })).next,
    ).toBe('challenge')
    expect(await login(h.twoFactor, 'ada', code)).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
    expect(await login(h.twoFactor, 'ada', issued.supportCode.reveal())).toEqual({
      outcome: 'rejected',
      reason: 'factor_unavailable',
    })
    acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, phone)))
  })

  it('may be repeated, and goes on after an interruption: what is newer is left', async () => {
    const h = house()
    for (let n = 0; n < 620; n++)
      acceptedOf(
        await h.twoFactor.totp.import({
          userId: `user-${n}`,
          key: new Uint8Array(20).fill(n % 256),
        }),
      )
    h.clock.advance({ seconds: 60 })
    const restoredAt = h.clock().toISOString()
    h.clock.advance({ seconds: 60 })
    let last = ''
    const stop = (progress: { last: string }) => {
      last = progress.last
      throw new Error('interrupted')
    }
    await expect(
      h.twoFactor.maintenance.afterRestore({ restoredAt, ...staff, onProgress: stop }),
    ).rejects.toThrow('interrupted')
    const doubts: RestoreDoubt[] = []
    expect(
      await h.twoFactor.maintenance.afterRestore({
        restoredAt,
        ...staff,
        after: last,
        onDoubt: (doubt) => void doubts.push(doubt),
      }),
    ).toMatchObject({ records: 120, renewed: 120, left: 0, doubts: [] })
    expect(doubts).toHaveLength(120)
    expect(await h.twoFactor.maintenance.afterRestore({ restoredAt, ...staff })).toEqual({
      records: 620,
      renewed: 0,
      left: 620,
      moving: 0,
      unreadable: 0,
      doubts: [],
    })
    expect(h.events.filter(({ type }) => type === 'restored')).toHaveLength(620)
  })

  it('an erased user stays erased for as long as before, and a user after a reset still needs a support code', async () => {
    const h = house()
    await h.twoFactor.maintenance.erase({ userId: 'ada', ...staff })
    const { keptUntil } = await peek(h, 'ada')
    await h.twoFactor.recovery.reset({ userId: 'bob', ...staff })
    h.clock.advance({ seconds: 60 })
    await h.twoFactor.maintenance.afterRestore({ restoredAt: h.clock(), ...staff })
    expect(await peek(h, 'ada')).toMatchObject({ keptUntil, factors: [] })
    expect((await h.twoFactor.login.begin({ userId: 'bob' })).next).toBe('challenge')
  })

  it('asks when, who and why', async () => {
    const h = house()
    const later = new Date(h.clock().getTime() + 1)
    for (const change of [
      { restoredAt: later },
      { restoredAt: 'yesterday' },
      { restoredAt: undefined },
      { actor: '' },
      { reason: '' },
    ]) {
      await expect(
        h.twoFactor.maintenance.afterRestore({
          restoredAt: h.clock(),
          ...staff,
          ...(change as object),
        }),
      ).rejects.toMatchObject({ code: 'ERR_OPTION' })
    }
  })
})
