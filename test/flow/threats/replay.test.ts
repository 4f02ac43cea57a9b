import { describe, expect, it } from 'vitest'
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
} from '../house.ts'
import { peek } from '../../record/record.ts'

const used = { outcome: 'rejected', reason: 'already_used' }

describe('threats: replay', () => {
  it('V5: a phished code is good for one of the two: whoever comes second is refused, and the owner is told', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const code = nextCode(h.clock, phone)
    acceptedOf(await login(h.twoFactor, 'ada', code))
    h.store.reset()
    expect(await login(h.twoFactor, 'ada', code)).toEqual(used)
    expect(h.store.writes).toBe(0)
    expect(h.events.at(-1)).toMatchObject({
      type: 'code.refused',
      reason: 'already_used',
      kind: 'totp',
      purpose: 'login',
      userId: 'ada',
    })
  })

  it('V5: in the whole window a code counts once, and none before it counts after it', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    h.clock.advance({ minutes: 5 })
    const around = [-1, 0, 1].map((steps) =>
      phone.code(new Date(h.clock().getTime() + steps * 30_000)),
    )
    acceptedOf(await login(h.twoFactor, 'ada', around[1]!))
    expect(await login(h.twoFactor, 'ada', around[0]!)).toEqual(used)
    acceptedOf(await login(h.twoFactor, 'ada', around[2]!))
    h.clock.advance({ seconds: 30 })
    expect(await login(h.twoFactor, 'ada', around[2]!)).toEqual(used)
    expect(await login(h.twoFactor, 'ada', around[1]!)).toEqual(used)
  })

  it('V6: two requests with one code at the same instant: one wins', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const challenges = [await challenge(h.twoFactor, 'ada'), await challenge(h.twoFactor, 'ada')]
    const code = nextCode(h.clock, phone)
    const verdicts = await Promise.all(
      challenges.map((asked) => h.twoFactor.login.verify({ challenge: asked, code })),
    )
    expect(verdicts.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'rejected'])
  })

  it('V7: however a used code is written, it stays used', async () => {
    const h = house()
    const { phone, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    const code = nextCode(h.clock, phone)
    acceptedOf(await login(h.twoFactor, 'ada', code))
    for (const written of [
      ` ${code}`,
      `${code}\n`,
      code.replace(/(...)/, '$1 '),
      code.replace(/(...)/, '$1\u00a0'),
      code.replace(/(?<=.)/g, '\t'),
    ]) {
      expect(await login(h.twoFactor, 'ada', written)).toEqual(used)
    }
    const [backup] = backupCodes as [string]
    acceptedOf(await login(h.twoFactor, 'ada', backup))
    for (const written of [
      backup.toLowerCase(),
      backup.replaceAll('-', ''),
      backup.replaceAll('-', ' - '),
      backup.replaceAll('0', 'O').replaceAll('1', 'i'),
      ` ${backup} `,
    ]) {
      expect(await login(h.twoFactor, 'ada', written)).toEqual(used)
    }
  })

  it('V8: the floor belongs to the key: a new authenticator starts with its own, and the old one keeps its', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, phone))
    const begun = acceptedOf(
      await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada' }),
    )
    const second = phoneOf(begun.keyUri)
    const ahead = second.code(new Date(h.clock().getTime() + 30_000))
    acceptedOf(
      await h.twoFactor.totp.confirm({
        enrollment: begun.enrollment,
        sessionId: SESSION,
        code: ahead,
      }),
    )
    const next = nextCode(h.clock, phone)
    acceptedOf(await login(h.twoFactor, 'ada', next))
    expect(await login(h.twoFactor, 'ada', ahead)).toEqual(used)
    expect(await login(h.twoFactor, 'ada', next)).toEqual(used)
  })

  it('V8: neither a password change nor another authenticator opens a used code again', async () => {
    const h = house()
    const { phone, factorId } = await enroll(h.twoFactor, 'ada', h.clock)
    const code = nextCode(h.clock, phone)
    acceptedOf(await login(h.twoFactor, 'ada', code))
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    acceptedOf(await h.twoFactor.factors.rename({ userId: 'ada', factorId, label: 'Phone' }))
    acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key: phone.key, lastUsedStep: null }))
    expect(await login(h.twoFactor, 'ada', code)).toEqual(used)
  })

  it('V9: a backup code logs in once, in sequence, in parallel and over a password change', async () => {
    const h = house()
    const { backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    const challenges = await Promise.all(
      Array.from({ length: 30 }, () => challenge(h.twoFactor, 'ada')),
    )
    const verdicts = await Promise.all(
      challenges.map((asked) =>
        h.twoFactor.login.verify({ challenge: asked, code: backupCodes[0]! }),
      ),
    )
    expect(verdicts.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1)
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect(await login(h.twoFactor, 'ada', backupCodes[0]!)).toEqual(used)
  })

  it('V10: guessing burns nothing: after 4 wrong ones all ten codes are there', async () => {
    const h = house()
    const { backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    const before = await peek(h, 'ada')
    for (let n = 0; n < 4; n++) {
      const wrong =
        backupCodes[n]!.slice(0, -4) + (backupCodes[n]!.endsWith('ZZZZ') ? 'YYYY' : 'ZZZZ')
      expect(await login(h.twoFactor, 'ada', wrong)).toMatchObject({ reason: 'wrong_code' })
    }
    expect((await peek(h, 'ada')).backupCodes).toEqual(before.backupCodes)
  })
})
