import { describe, expect, it } from 'vitest'
import type { RecordStore } from 'keystep/stores'
import { memoryStore } from 'keystep/stores/memory'
import {
  acceptedOf,
  challenge,
  enroll,
  house,
  login,
  nextCode,
  permit,
  phoneOf,
  SESSION,
} from './house.ts'
import { peek, tamper } from '../record/record.ts'
import { firstPermit, smsHouse } from './sms-house.ts'

const staff = { actor: 'ops/3', reason: 'contract ended' }
const expired = { outcome: 'rejected', reason: 'expired' }

/** Remembers until when an engine may drop each record. */
function expiries() {
  const inner = memoryStore()
  const until = new Map<string, Date | undefined>()
  const store: RecordStore = {
    ...inner,
    put: async (key, value, o) => {
      const version = await inner.put(key, value, o)
      if (version !== null) until.set(key, o.expiresAt)
      return version
    },
  }
  return { store, until: () => [...until.values()] }
}

describe('a user id that is given again after erase inherits nothing', () => {
  it('no factor, code, lock or activity', async () => {
    const h = smsHouse()
    await enroll(h.twoFactor, 'ada', h.clock)
    acceptedOf(
      await h.twoFactor.sms.import({
        userId: 'ada',
        number: '+4915112345678',
        confirmedAt: h.clock(),
      }),
    )
    for (let n = 0; n < 5; n++) await login(h.twoFactor, 'ada', '000000')
    const before = await peek(h, 'ada')
    const erased = await h.twoFactor.maintenance.erase({ userId: 'ada', ...staff })
    const after = await peek(h, 'ada')
    expect(erased).toEqual({ outcome: 'accepted', securityStamp: after.epoch.id })
    expect(after.epoch.id).not.toBe(before.epoch.id)
    expect(after.macKey).not.toBe(before.macKey)
    expect(after).toMatchObject({
      factors: [],
      backupCodes: null,
      devices: [],
      support: null,
      activity: [],
      attempts: { failures: 0 },
    })
    expect(await h.twoFactor.status({ userId: 'ada' })).toMatchObject({
      enrolled: false,
      activity: [],
      lockedUntil: null,
    })
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({
      next: 'proceed',
      because: 'not_enrolled',
    })
    expect(h.events.at(-1)).toMatchObject({ type: 'erased', userId: 'ada', ...staff })
  })

  it('no challenge, permit, enrollment or device in flight', async () => {
    const h = house()
    const { phone, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    const { device } = acceptedOf(
      await login(h.twoFactor, 'ada', nextCode(h.clock, phone), {
        rememberDevice: { label: 'Laptop' },
      }),
    )
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, phone))
    const begun = acceptedOf(
      await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada' }),
    )
    const asked = await challenge(h.twoFactor, 'ada')
    await h.twoFactor.maintenance.erase({ userId: 'ada', ...staff })
    const newcomer = await enroll(h.twoFactor, 'ada', h.clock)
    expect(await h.twoFactor.login.verify({ challenge: asked, code: backupCodes[0]! })).toEqual(
      expired,
    )
    expect(await h.twoFactor.factors.removeAll({ permit: leave, sessionId: SESSION })).toEqual(
      expired,
    )
    expect(
      await h.twoFactor.totp.confirm({
        enrollment: begun.enrollment,
        sessionId: SESSION,
        code: phoneOf(begun.keyUri).code(h.clock()),
      }),
    ).toEqual(expired)
    expect(
      (await h.twoFactor.login.begin({ userId: 'ada', deviceToken: device!.token.reveal() })).next,
    ).toBe('challenge')
    expect(await login(h.twoFactor, 'ada', nextCode(h.clock, phone))).toMatchObject({
      reason: 'wrong_code',
    })
    acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, newcomer.phone)))
  })

  it('not even a permit from before there was a record', async () => {
    const h = house()
    const leave = await firstPermit(h, 'bob')
    await h.twoFactor.maintenance.erase({ userId: 'bob', ...staff })
    expect(
      await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'bob' }),
    ).toEqual(expired)
  })

  it('no reset that waits for a support code, and no support code', async () => {
    const h = house()
    await enroll(h.twoFactor, 'ada', h.clock)
    await h.twoFactor.recovery.reset({ userId: 'ada', ...staff })
    await h.twoFactor.maintenance.erase({ userId: 'ada', ...staff })
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({ next: 'proceed' })
  })
})

describe('what erase leaves', () => {
  it('may be dropped after 90 days or keepSeconds; whatever is written to it stays for good', async () => {
    const { store, until } = expiries()
    const h = house({ store })
    await enroll(h.twoFactor, 'ada', h.clock)
    const at = h.clock().getTime()
    await h.twoFactor.maintenance.erase({ userId: 'ada', ...staff })
    expect(until()).toEqual([new Date(at + 90 * 86_400_000)])
    await h.twoFactor.maintenance.erase({ userId: 'ada', keepSeconds: 3600, ...staff })
    expect(until()).toEqual([new Date(at + 3_600_000)])
    expect((await h.twoFactor.maintenance.summarize()).erased).toBe(1)
    await enroll(h.twoFactor, 'ada', h.clock)
    expect(until()).toEqual([undefined])
    expect((await h.twoFactor.maintenance.summarize()).erased).toBe(0)
    await h.twoFactor.maintenance.erase({ userId: 'ada', ...staff })
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect(until()).toEqual([undefined])
  })

  it('asks for actor, reason and a length of time', async () => {
    const h = house()
    for (const change of [
      { actor: '' },
      { reason: '' },
      { keepSeconds: 0 },
      { keepSeconds: 1e12 },
      { keepSeconds: NaN },
    ]) {
      await expect(
        h.twoFactor.maintenance.erase({ userId: 'ada', ...staff, ...change }),
      ).rejects.toMatchObject({ code: 'ERR_OPTION' })
    }
    expect(await h.store.keys()).toEqual([])
  })

  it('works on a record that a clock ahead has written', async () => {
    const h = house()
    await enroll(h.twoFactor, 'ada', h.clock)
    await tamper(h, 'ada', (subject) => ({
      ...subject,
      touchedAt: h.clock().getTime() + 86_400_000,
    }))
    await h.twoFactor.maintenance.erase({ userId: 'ada', ...staff })
    expect((await h.twoFactor.login.begin({ userId: 'ada' })).next).toBe('proceed')
  })
})
