import { execFileSync } from 'node:child_process'
import { Secret } from 'keystep'
import * as OTPAuth from 'otpauth'
import { describe, expect, it } from 'vitest'
import { acceptedOf, enroll, house, login, nextCode } from './house.ts'
import { smsHouse } from './sms-house.ts'

const staff = { actor: 'ops/3', reason: 'moves to another portal' }

describe('export', () => {
  it.each([
    {},
    { algorithm: 'SHA256', digits: 8, periodSeconds: 60 },
    { algorithm: 'SHA512', digits: 7, periodSeconds: 30 },
  ] as const)('gives key URIs whose codes another library and oathtool make: %j', async (totp) => {
    const h = house({ totp })
    const { phone } = await enroll(h.twoFactor, 'ann', h.clock)
    const exported = (await h.twoFactor.maintenance.export({ userId: 'ann', ...staff })).reveal()
    const other = OTPAuth.URI.parse(exported.authenticators[0]!.keyUri) as OTPAuth.TOTP
    expect([other.issuer, other.label]).toEqual(['Example Hosting', 'ann'])
    h.clock.advance({ seconds: 60 })
    const code = other.generate({ timestamp: h.clock().getTime() })
    const {
      algorithm = 'SHA1',
      digits = 6,
      periodSeconds = 30,
    } = totp as { algorithm?: string; digits?: number; periodSeconds?: number }
    const oathtool = [
      '-b',
      `--totp=${algorithm.toLowerCase()}`,
      '-d',
      String(digits),
      '-s',
      `${periodSeconds}s`,
      '-N',
      `@${h.clock().getTime() / 1000}`,
      other.secret.base32,
    ]
    expect(execFileSync('oathtool', oathtool, { encoding: 'utf8' }).trim()).toBe(code)
    expect(phone.code(h.clock())).toBe(code)
    acceptedOf(await login(h.twoFactor, 'ann', code))
    expect(other.validate({ token: phone.code(h.clock()), timestamp: h.clock().getTime() })).toBe(0)
  })

  it('brings numbers, replay floors and what cannot be taken along; a key of 80 bits, too', async () => {
    const h = smsHouse()
    const { phone, factorId } = await enroll(h.twoFactor, 'ann', h.clock)
    acceptedOf(await login(h.twoFactor, 'ann', nextCode(h.clock, phone)))
    acceptedOf(
      await h.twoFactor.sms.import({
        userId: 'ann',
        number: '+4915112345678',
        confirmedAt: h.clock(),
      }),
    )
    const exported = (
      await h.twoFactor.maintenance.export({ userId: 'ann', account: 'Ann B.', ...staff })
    ).reveal()
    expect(exported).toMatchObject({
      userId: 'ann',
      authenticators: [
        {
          factorId,
          lastUsedStep: Math.floor(h.clock().getTime() / 30_000),
          keyUri: expect.stringContaining('Ann%20B.') as string,
        },
      ],
      numbers: [{ number: '+4915112345678', backup: false }],
      backupCodesLeft: 10,
    })
    acceptedOf(
      await h.twoFactor.totp.import({
        userId: 'bob',
        key: new Uint8Array(10).fill(1),
        allowShortKey: true,
      } as never),
    )
    const { authenticators } = (
      await h.twoFactor.maintenance.export({ userId: 'bob', ...staff })
    ).reveal()
    expect((OTPAuth.URI.parse(authenticators[0]!.keyUri) as OTPAuth.TOTP).secret.bytes).toEqual(
      new Uint8Array(10).fill(1),
    )
  })

  it('prints nothing, and tells the owner who took it and why', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ann', h.clock)
    const exported = await h.twoFactor.maintenance.export({ userId: 'ann', ...staff })
    expect(exported).toBeInstanceOf(Secret)
    expect(JSON.stringify(exported) + String(exported)).not.toContain(phone.key.revealBase32())
    expect(h.events.at(-1)).toMatchObject({ type: 'exported', userId: 'ann', ...staff })
    expect((await h.twoFactor.status({ userId: 'ann' })).activity[0]).toMatchObject({
      type: 'exported',
      ...staff,
    })
    expect(JSON.stringify(h.events)).not.toContain(phone.key.revealBase32())
  })

  it('has nothing of a user without a record, and writes nothing', async () => {
    const h = house()
    expect((await h.twoFactor.maintenance.export({ userId: 'x:y', ...staff })).reveal()).toEqual({
      userId: 'x:y',
      authenticators: [],
      numbers: [],
      backupCodesLeft: 0,
    })
    expect(h.store.writes).toBe(0)
    expect(h.events).toEqual([])
  })

  it.each([{ actor: '' }, { reason: '' }, { account: 'a:b' }, { account: '' }])(
    'refuses %j',
    async (change) => {
      await expect(
        house().twoFactor.maintenance.export({ userId: 'ann', ...staff, ...change }),
      ).rejects.toMatchObject({ code: 'ERR_OPTION' })
    },
  )
})
