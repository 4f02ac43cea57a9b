import { describe, expect, it } from 'vitest'
import {
  acceptedOf,
  challenge,
  enroll,
  login,
  nextCode,
  permit,
  type Phone,
  phoneOf,
  SESSION,
} from '../house.ts'
import { setUpAnew } from '../staff-house.ts'
import { peek } from '../../record/record.ts'
import { enrollNumber, smsHouse, type SmsHouse } from '../sms-house.ts'

const THIEF = 'session-of-the-thief'
const NUMBER = '+4915112345678'
const BACKUP = '+436641234567'
const STOLEN_NUMBER = '+4915100000666'
const expired = { outcome: 'rejected', reason: 'expired' }

/** All that the thief prepared while a factor of the owner was in his hands. */
interface Loot {
  permit: string
  door: string
  enrollment: string
  phone: Phone
  numberEnrollment: string
  numberCode: string
  device: string
  login: string
  stepUp: string
  securityStamp: string
  verifiedAt: Date
}

/** An owner with two apps, a number and a backup number: each may be the one that is lost. */
async function owner() {
  const h = smsHouse()
  const { phone: kept, factorId: keptId, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
  const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, kept))
  const begun = acceptedOf(
    await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada' }),
  )
  const lost = phoneOf(begun.keyUri)
  const { factorId: lostId } = acceptedOf(
    await h.twoFactor.totp.confirm({
      enrollment: begun.enrollment,
      sessionId: SESSION,
      code: lost.code(h.clock()),
    }),
  )
  for (const [number, isBackup] of [
    [NUMBER, false],
    [BACKUP, true],
  ] as const) {
    const paid = await permit(h.twoFactor, 'ada', nextCode(h.clock, kept))
    await enrollNumber(h, paid, number, isBackup)
  }
  h.clock.advance({ hours: 25 })
  return { ...h, kept, keptId, lost, lostId, backupCodes }
}

type Owner = Awaited<ReturnType<typeof owner>>

/** What the thief gets with the stolen phone and a session of the owner's. */
async function steal(h: Owner): Promise<Loot> {
  const { twoFactor, clock, lost } = h
  const remembered = acceptedOf(
    await login(twoFactor, 'ada', nextCode(clock, lost), { rememberDevice: { label: 'mine' } }),
  )
  const { securityStamp, verifiedAt } = remembered.grant
  const paid = async (purpose?: string) =>
    permit(twoFactor, 'ada', nextCode(clock, lost), THIEF, purpose)
  const leave = await paid()
  const begun = acceptedOf(
    await twoFactor.totp.enroll({ permit: leave, sessionId: THIEF, account: 'ada' }),
  )
  const number = acceptedOf(
    await twoFactor.sms.enroll({ permit: leave, sessionId: THIEF, number: STOLEN_NUMBER }),
  )
  const numberCode = h.outbox.at(-1)!.code
  const step = await twoFactor.stepUp.begin({
    userId: 'ada',
    sessionId: THIEF,
    purpose: 'manage_factors',
  })
  if (step.next !== 'challenge') throw new Error(step.next)
  return {
    permit: leave,
    door: await paid('dns.change'),
    enrollment: begun.enrollment,
    phone: phoneOf(begun.keyUri),
    numberEnrollment: number.enrollment,
    numberCode,
    device: remembered.device!.token.reveal(),
    login: await challenge(twoFactor, 'ada'),
    stepUp: step.challenge,
    securityStamp,
    verifiedAt,
  }
}

/** All that the thief can try with it; the codes are the owner's own, so that none is wrong. */
async function tryAll({ twoFactor, clock, kept }: Owner, loot: Loot) {
  const at = { sessionId: THIEF }
  const code = nextCode(clock, kept)
  const { permit: leave, enrollment, numberEnrollment: number } = loot
  const { next } = await twoFactor.login.begin({ userId: 'ada', deviceToken: loot.device })
  const door = await twoFactor.stepUp.begin({
    userId: 'ada',
    ...at,
    purpose: 'dns.change',
    lastVerified: { assurance: 'mfa', verifiedAt: loot.verifiedAt },
    securityStamp: loot.securityStamp,
  })
  const own = loot.phone.code(clock())
  const check = { permit: loot.door, userId: 'ada', ...at, purpose: 'dns.change' }
  return {
    confirmed: await twoFactor.totp.confirm({ enrollment, ...at, code: own }),
    shown: await twoFactor.totp.pending({ enrollment, ...at }),
    number: await twoFactor.sms.confirm({ enrollment: number, ...at, code: loot.numberCode }),
    enrolled: await twoFactor.totp.enroll({ permit: leave, ...at, account: 'ada' }),
    texted: await twoFactor.sms.enroll({ permit: leave, ...at, number: STOLEN_NUMBER }),
    removed: await twoFactor.factors.removeAll({ permit: leave, ...at }),
    codes: await twoFactor.backupCodes.regenerate({ permit: leave, ...at }),
    door: await twoFactor.stepUp.check(check),
    login: await twoFactor.login.verify({ challenge: loot.login, code }),
    stepUp: await twoFactor.stepUp.verify({ challenge: loot.stepUp, code, ...at }),
    sent: await twoFactor.sms.send({ challenge: loot.login }),
    device: next,
    proof: door.next,
    session: await twoFactor.sessions.check({ userId: 'ada', ...loot }),
  }
}

const ALL_DEAD = {
  confirmed: expired,
  shown: expired,
  number: expired,
  enrolled: expired,
  texted: expired,
  removed: expired,
  codes: expired,
  door: expired,
  login: expired,
  stepUp: expired,
  sent: expired,
  device: 'challenge',
  proof: 'challenge',
  session: { outcome: 'rejected', reason: 'ended' },
}

const staff = { actor: 'support/7', reason: 'stolen phone' }

async function recover(h: SmsHouse): Promise<void> {
  const { twoFactor, clock } = h
  const issued = acceptedOf(await twoFactor.recovery.issueSupportCode({ userId: 'ada', ...staff }))
  const verdict = await login(twoFactor, 'ada', issued.supportCode.reveal())
  if (verdict.outcome !== 'enroll') throw new Error(verdict.outcome)
  const begun = acceptedOf(await twoFactor.totp.enroll({ permit: verdict.permit, account: 'ada' }))
  const code = phoneOf(begun.keyUri).code(clock())
  acceptedOf(await twoFactor.totp.confirm({ enrollment: begun.enrollment, code }))
}

/** What an owner can do about a phone that is gone. */
const WAYS: Readonly<Record<string, (h: Owner) => Promise<unknown>>> = {
  'the authenticator removed': async (h) =>
    acceptedOf(
      await h.twoFactor.factors.remove({
        permit: await permit(h.twoFactor, 'ada', nextCode(h.clock, h.kept)),
        sessionId: SESSION,
        factorId: h.lostId,
      }),
    ),
  'the number replaced by another': async (h) => {
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, h.kept))
    return enrollNumber(h, leave, '+4915177777777')
  },
  'the backup number replaced by another': async (h) => {
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, h.kept))
    return enrollNumber(h, leave, '+436647777777', true)
  },
  'the number removed': async (h) => removeNumber(h, NUMBER),
  'the backup number removed': async (h) => removeNumber(h, BACKUP),
  'everything recovered by a support code': recover,
  'a new password': (h) => h.twoFactor.recovery.passwordChanged({ userId: 'ada' }),
}

async function removeNumber(h: Owner, number: string): Promise<unknown> {
  const { factors } = await peek(h, 'ada')
  const { id } = factors.find((one) => one.kind === 'sms' && one.number === number)!
  const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, h.kept))
  const input = { permit: leave, sessionId: SESSION, factorId: id }
  return acceptedOf(await h.twoFactor.factors.remove(input))
}

describe('threats: a permit outlives the phone that paid for it', () => {
  it.each(Object.entries(WAYS))(
    'V32: %s: nothing that was begun before opens anything',
    async (_, way) => {
      const h = await owner()
      const loot = await steal(h)
      await way(h)
      const { factors } = await peek(h, 'ada')
      expect(await tryAll(h, loot)).toEqual(ALL_DEAD)
      expect((await peek(h, 'ada')).factors.map(({ id }) => id)).toEqual(
        factors.map(({ id }) => id),
      )
    },
  )

  it('V32: switched off and on again, and after a reset, too', async () => {
    for (const isReset of [false, true]) {
      const h = await owner()
      const loot = await steal(h)
      const anew = async () => {
        if (isReset) {
          const { supportCode } = await h.twoFactor.recovery.reset({ userId: 'ada', ...staff })
          return setUpAnew(h.twoFactor, 'ada', supportCode, h.clock)
        }
        const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, h.kept))
        acceptedOf(await h.twoFactor.factors.removeAll({ permit: leave, sessionId: SESSION }))
        return (await enroll(h.twoFactor, 'ada', h.clock)).phone
      }
      const kept = await anew()
      expect(await tryAll({ ...h, kept }, loot)).toEqual(ALL_DEAD)
    }
  })

  it('V32: what was begun before the first factor is over once it is bound, and once it is imported', async () => {
    for (const isImported of [false, true]) {
      const h = smsHouse()
      await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
      const step = await h.twoFactor.stepUp.begin({
        userId: 'ada',
        sessionId: THIEF,
        purpose: 'dns.change',
        firstFactorAt: h.clock(),
      })
      if (step.next !== 'proceed') throw new Error(step.next)
      const before = await h.twoFactor.login.begin({ userId: 'ada' })
      if (before.next !== 'proceed') throw new Error(before.next)
      const key = new Uint8Array(20).fill(7)
      if (isImported) acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key }))
      else await enroll(h.twoFactor, 'ada', h.clock)
      const { permit: door } = step
      const check = { permit: door, userId: 'ada', sessionId: THIEF, purpose: 'dns.change' }
      expect(await h.twoFactor.stepUp.check(check)).toEqual(expired)
      const { securityStamp } = before.grant
      expect(await h.twoFactor.sessions.check({ userId: 'ada', securityStamp })).toMatchObject({
        reason: 'ended',
      })
    }
  })

  it('V32: a code that is on its way to the number is dead once the number is replaced or removed', async () => {
    for (const way of ['the number replaced by another', 'the number removed']) {
      const h = await owner()
      const asked = await challenge(h.twoFactor, 'ada')
      acceptedOf(await h.twoFactor.sms.send({ challenge: asked }))
      const { code } = h.outbox.at(-1)!
      h.clock.advance({ seconds: 30 })
      await WAYS[way]!(h)
      expect(await h.twoFactor.login.verify({ challenge: asked, code })).toEqual(expired)
      expect(await login(h.twoFactor, 'ada', code)).toMatchObject({ reason: 'wrong_code' })
    }
  })

  it('the session that removed the phone goes on, with the proof that it has given', async () => {
    const h = await owner()
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, h.kept))
    const verifiedAt = h.clock()
    h.clock.advance({ seconds: 5 })
    const { securityStamp } = acceptedOf(
      await h.twoFactor.factors.remove({ permit: leave, sessionId: SESSION, factorId: h.lostId }),
    )
    expect(await h.twoFactor.sessions.check({ userId: 'ada', securityStamp })).toEqual({
      outcome: 'accepted',
    })
    const step = await h.twoFactor.stepUp.begin({
      userId: 'ada',
      sessionId: SESSION,
      purpose: 'dns.change',
      lastVerified: { assurance: 'mfa', verifiedAt },
      securityStamp,
    })
    expect(step).toMatchObject({ next: 'proceed', because: 'recently_verified' })
    // Backup codes are on paper, and no phone paid for them.
    acceptedOf(await login(h.twoFactor, 'ada', h.backupCodes[0]!))
  })
})
