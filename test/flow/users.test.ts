import { describe, expect, it } from 'vitest'
import { acceptedOf, enroll, house, login, nextCode, wrongCode } from './house.ts'
import { rowOf } from '../record/record.ts'
import { smsHouse } from './sms-house.ts'

const staff = { actor: 'ops/3', reason: 'asked for' }

describe('users', () => {
  it('tells of each user what an operator may know, and no secret', async () => {
    const h = smsHouse()
    const { phone, factorId, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    acceptedOf(
      await h.twoFactor.sms.import({
        userId: 'ada',
        number: '+4915112345678',
        confirmedAt: h.clock(),
      }),
    )
    acceptedOf(
      await login(h.twoFactor, 'ada', nextCode(h.clock, phone), {
        rememberDevice: { label: 'Laptop' },
      }),
    )
    for (let n = 0; n < 5; n++) await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
    acceptedOf(
      await h.twoFactor.totp.import({
        userId: 'bob',
        key: new Uint8Array(10).fill(1),
        allowShortKey: true,
      } as never),
    )
    await h.twoFactor.recovery.reset({ userId: 'cid', ...staff })
    await h.twoFactor.maintenance.erase({ userId: 'dan', ...staff })
    await h.store.put(rowOf('default', 'eve'), 'ks1.gone.AAAA.', { expected: null })
    await h.store.put(rowOf('default', 'fay'), 'nothing', { expected: null })
    const { users, next } = await h.twoFactor.maintenance.users()
    expect(next).toBeNull()
    const readable = {
      state: 'readable',
      keyId: h.keyring.currentId,
      factors: [],
      backupCodesLeft: 0,
      devices: 0,
      weakKey: false,
      lockedUntil: null,
      exhausted: false,
      needsSupportCode: false,
      erasedUntil: null,
    }
    const of = (userId: string) => users.find((user) => user.userId === userId)
    expect(of('ada')).toMatchObject({
      ...readable,
      backupCodesLeft: 10,
      devices: 1,
      lockedUntil: expect.any(Date) as Date,
      factors: [
        { factorId, kind: 'totp' },
        { kind: 'sms', label: 'Phone number' },
      ],
    })
    expect(of('bob')).toMatchObject({ ...readable, weakKey: true, factors: [{ kind: 'totp' }] })
    expect(of('cid')).toEqual({ userId: 'cid', ...readable, needsSupportCode: true })
    expect(of('dan')).toEqual({
      userId: 'dan',
      ...readable,
      erasedUntil: new Date(h.clock().getTime() + 90 * 86_400_000),
    })
    expect(of('eve')).toEqual({ userId: 'eve', state: 'missing_key', keyId: 'gone' })
    expect(of('fay')).toEqual({ userId: 'fay', state: 'damaged', keyId: null })
    const printed = JSON.stringify(users)
    for (const secret of [phone.key.revealBase32(), '12345678', ...backupCodes])
      expect(printed).not.toContain(secret)
  })

  it('goes page by page over all of them, once each, and leaves other realms out', async () => {
    const h = house()
    const ids = Array.from({ length: 25 }, (_, n) => `user-${n} ü`)
    for (const userId of ids) await h.twoFactor.recovery.passwordChanged({ userId })
    await house({
      store: h.store,
      keyring: h.keyring,
      realm: 'zoo',
    }).twoFactor.recovery.passwordChanged({ userId: 'other' })
    await h.twoFactor.maintenance.checkKeyring()
    const seen: string[] = []
    for (let after: string | null | undefined; after !== null;) {
      const page = await h.twoFactor.maintenance.users({ after, limit: 10 })
      seen.push(...page.users.map(({ userId }) => userId))
      after = page.next
    }
    expect(seen.sort()).toEqual(ids.sort())
    for (const limit of [0, 1001, 1.5, NaN])
      await expect(h.twoFactor.maintenance.users({ limit })).rejects.toMatchObject({
        code: 'ERR_OPTION',
      })
  })
})
