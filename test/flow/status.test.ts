import { describe, expect, it } from 'vitest'
import { acceptedOf, enroll, house, login, nextCode, wrongCode } from './house.ts'
import { smsHouse } from './sms-house.ts'

describe('status', () => {
  it('is one read and no write, and knows strangers as not enrolled', async () => {
    const { twoFactor, store } = house()
    expect(await twoFactor.status({ userId: 'ada' })).toEqual({
      enrolled: false,
      required: false,
      factors: [],
      backupCodesLeft: 0,
      devices: [],
      activity: [],
      lockedUntil: null,
      exhausted: false,
      supportCodeUntil: null,
    })
    expect(store).toMatchObject({ reads: 1, writes: 0 })
  })

  it('shows a security page: factors, codes left, numbers by their last digits', async () => {
    const h = smsHouse({ requirement: () => 'required' })
    const { factorId, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    const confirmedAt = new Date('2026-01-01T00:00:00Z')
    const number = acceptedOf(
      await h.twoFactor.sms.import({ userId: 'ada', number: '+49 151 1234-5678', confirmedAt }),
    )
    const backup = acceptedOf(
      await h.twoFactor.sms.import({
        userId: 'ada',
        number: '+4915112340000',
        confirmedAt,
        backup: true,
      }),
    )
    acceptedOf(await login(h.twoFactor, 'ada', backupCodes[0]!))
    const shown = await h.twoFactor.status({ userId: 'ada' })
    expect(shown).toMatchObject({
      enrolled: true,
      required: true,
      backupCodesLeft: 9,
      lockedUntil: null,
      exhausted: false,
    })
    expect(shown.factors).toEqual([
      { factorId, kind: 'totp', label: 'Authenticator app', createdAt: h.clock() },
      {
        factorId: number.factorId,
        kind: 'sms',
        label: 'Phone number',
        createdAt: confirmedAt,
        hint: '•••• 5678',
        backup: false,
      },
      {
        factorId: backup.factorId,
        kind: 'sms',
        label: 'Backup number',
        createdAt: confirmedAt,
        hint: '•••• 0000',
        backup: true,
      },
    ])
    expect(JSON.stringify(shown)).not.toContain('1511234')
  })

  it('tells until when codes are locked, and that they are exhausted', async () => {
    const h = house({ limits: { hardStop: 6 } })
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    for (let n = 0; n < 5; n++) await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
    const until = new Date(h.clock().getTime() + 60_000)
    expect(await h.twoFactor.status({ userId: 'ada' })).toMatchObject({
      lockedUntil: until,
      exhausted: false,
    })
    h.clock.set(until)
    expect(await h.twoFactor.status({ userId: 'ada' })).toMatchObject({
      lockedUntil: null,
      exhausted: false,
    })
    await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
    expect(await h.twoFactor.status({ userId: 'ada' })).toMatchObject({
      lockedUntil: null,
      exhausted: true,
    })
  })

  it('63B-4 4.1: the activity is newest first, at most 20, with the request facts that the portal passed, cut', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const context = { ip: '2001:db8::1', userAgent: 'u'.repeat(300) }
    for (let n = 0; n < 30; n++)
      acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, phone), { context }))
    const { activity } = await h.twoFactor.status({ userId: 'ada' })
    expect(activity).toHaveLength(20)
    expect(activity[0]).toEqual({
      type: 'code.accepted',
      kind: 'totp',
      purpose: 'login',
      failuresBefore: 0,
      ip: '2001:db8::1',
      userAgent: 'u'.repeat(160),
      at: h.clock(),
    })
    expect(activity[0]!.at > activity[19]!.at).toBe(true)
  })

  it('wrong codes in a row are one line, and the history of changes stays', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const began = h.clock()
    for (let n = 0; n < 12; n++) {
      const verdict = await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
      if ('retryAt' in verdict) h.clock.set(verdict.retryAt)
    }
    const { activity } = await h.twoFactor.status({ userId: 'ada' })
    expect(activity.map(({ type }) => type)).toEqual(['locked', 'code.rejected', 'factor.enrolled'])
    expect(activity[1]).toMatchObject({ count: 12, firstAt: began })
    expect(activity[0]).toMatchObject({ count: 8, retryAt: h.clock() })
  })
})
