import { memoryStore } from 'keystep/stores/memory'
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
  wrongCode,
} from '../flow/house.ts'
import { markImported, peek } from '../record/record.ts'
import { slowStore } from '../record/stores.ts'

async function settled(options: Parameters<typeof house>[0] = {}) {
  const slow = slowStore(memoryStore())
  const h = house({ store: slow, ...options })
  const user = await enroll(h.twoFactor, 'ada', h.clock)
  h.clock.advance({ seconds: 30 })
  const challenges = (count: number) =>
    Promise.all(Array.from({ length: count }, () => challenge(h.twoFactor, 'ada')))
  return { ...h, ...user, slow, challenges }
}

const reasonsOf = (verdicts: readonly { outcome: string }[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const verdict of verdicts) {
    const name = 'reason' in verdict ? String(verdict.reason) : verdict.outcome
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

describe('bursts of one user', () => {
  it('V2: 240 parallel guesses make at most budget + 1 writes and never more verdicts than the budget', async () => {
    const h = await settled()
    const challenges = await h.challenges(240)
    h.slow.landed = 0
    const wrong = wrongCode(h.phone, h.clock())
    const verdicts = await Promise.all(
      challenges.map((asked) => h.twoFactor.login.verify({ challenge: asked, code: wrong })),
    )
    expect(reasonsOf(verdicts)).toEqual({ wrong_code: 5, locked: 235 })
    expect(h.slow.landed).toBeLessThanOrEqual(6)
    expect((await peek(h, 'ada')).attempts.codes.streak).toBe(5)
  })

  it('V2: 200 different guesses on one challenge, mixed with imported backup codes and a step-up, share their two budgets', async () => {
    const h = await settled()
    await markImported(h)
    const [asked] = await h.challenges(1)
    const step = await h.twoFactor.stepUp.begin({
      userId: 'ada',
      sessionId: SESSION,
      purpose: 'dns.change',
    })
    if (step.next !== 'challenge') throw new Error(step.next)
    const near = new Set(
      [-1, 0, 1].map((steps) => h.phone.code(new Date(h.clock().getTime() + steps * 30_000))),
    )
    const codes = Array.from({ length: 203 }, (_, n) => String(n * 4421).padStart(6, '0'))
      .filter((code) => !near.has(code))
      .slice(0, 200)
    const verdicts = await Promise.all([
      ...codes.slice(0, 100).map((code) => h.twoFactor.login.verify({ challenge: asked!, code })),
      ...codes
        .slice(100)
        .map((code) =>
          h.twoFactor.stepUp.verify({ challenge: step.challenge, code, sessionId: SESSION }),
        ),
      ...Array.from({ length: 50 }, () =>
        h.twoFactor.login.verify({ challenge: asked!, code: '0000-0000-0000-0000' }),
      ),
    ])
    expect(reasonsOf(verdicts)).toEqual({ wrong_code: 10, locked: 240 })
  })

  it('V2: after each lock one guess more, however many come at once', async () => {
    const h = await settled()
    const verdicts = []
    for (let round = 0; round < 5; round++) {
      const challenges = await h.challenges(30)
      const wrong = wrongCode(h.phone, h.clock())
      verdicts.push(
        reasonsOf(
          await Promise.all(
            challenges.map((asked) => h.twoFactor.login.verify({ challenge: asked, code: wrong })),
          ),
        ),
      )
      h.clock.set((await h.twoFactor.status({ userId: 'ada' })).lockedUntil!)
    }
    expect(verdicts).toEqual([
      { wrong_code: 5, locked: 25 },
      ...Array.from({ length: 4 }, () => ({ wrong_code: 1, locked: 29 })),
    ])
  })

  it('V6: 50 parallel logins with the same code, each with a challenge of its own, are one', async () => {
    const h = await settled()
    const challenges = await h.challenges(50)
    const verdicts = await Promise.all(
      challenges.map((asked) =>
        h.twoFactor.login.verify({ challenge: asked, code: h.phone.code(h.clock()) }),
      ),
    )
    expect(reasonsOf(verdicts)).toEqual({ accepted: 1, already_used: 49 })
  })

  it('V9: one challenge with several valid codes at once is accepted once, and spends one code', async () => {
    const h = await settled()
    const [asked] = await h.challenges(1)
    const codes = [h.phone.code(h.clock()), ...h.backupCodes]
    const verdicts = await Promise.all(
      codes.map((code) => h.twoFactor.login.verify({ challenge: asked!, code })),
    )
    expect(reasonsOf(verdicts)).toEqual({ accepted: 1, expired: 10 })
    const { backupCodesLeft } = await h.twoFactor.status({ userId: 'ada' })
    const byApp = 'backupCodesLeft' in verdicts[0]!
    expect(backupCodesLeft).toBe(byApp ? 10 : 9)
  })

  it('50 parallel honest logins with different challenges and codes end without an exception', async () => {
    const h = await settled({ backupCodes: { count: 32 } })
    const challenges = await h.challenges(50)
    const codes = [...h.backupCodes, ...Array.from({ length: 18 }, () => h.phone.code(h.clock()))]
    const verdicts = await Promise.all(
      challenges.map((asked, n) =>
        h.twoFactor.login.verify({
          challenge: asked,
          code: codes[n]!,
          rememberDevice: { label: `${n}` },
        }),
      ),
    )
    expect(reasonsOf(verdicts)).toEqual({ accepted: 33, already_used: 17 })
    expect((await h.twoFactor.status({ userId: 'ada' })).devices).toHaveLength(10)
  })

  it('a right code among wrong ones is accepted at most once, and nobody sees more wrong ones than the budget', async () => {
    const h = await settled()
    const challenges = await h.challenges(60)
    const wrong = wrongCode(h.phone, h.clock())
    const verdicts = await Promise.all(
      challenges.map((asked, n) =>
        h.twoFactor.login.verify({
          challenge: asked,
          code: n % 20 === 10 ? h.phone.code(h.clock()) : wrong,
        }),
      ),
    )
    const counts = reasonsOf(verdicts)
    expect(counts.accepted ?? 0).toBeLessThanOrEqual(1)
    // A success ends the streak, so that the budget is there once more.
    expect(counts.wrong_code).toBeLessThanOrEqual(5 * (1 + (counts.accepted ?? 0)))
  })

  it('changes at the same time are all there in the end', async () => {
    const h = await settled()
    const leave = await permit(h.twoFactor, 'ada', h.phone.code(h.clock()))
    const begun = acceptedOf(
      await h.twoFactor.totp.enroll({
        permit: leave,
        sessionId: SESSION,
        account: 'ada',
        label: 'Tablet',
      }),
    )
    const [asked] = await h.challenges(1)
    const second = phoneOf(begun.keyUri)
    await Promise.all(
      [
        h.twoFactor.totp.confirm({
          enrollment: begun.enrollment,
          sessionId: SESSION,
          code: second.code(h.clock()),
        }),
        h.twoFactor.login.verify({
          challenge: asked!,
          code: h.backupCodes[0]!,
          rememberDevice: { label: 'Laptop' },
        }),
        h.twoFactor.factors.rename({ userId: 'ada', factorId: h.factorId, label: 'Phone' }),
        h.twoFactor.totp.import({
          userId: 'ada',
          key: new Uint8Array(20).fill(3),
          label: 'Imported',
        }),
      ].map(async (change) => void acceptedOf(await change)),
    )
    const shown = await h.twoFactor.status({ userId: 'ada' })
    expect(shown.factors.map(({ label }) => label).sort()).toEqual(['Imported', 'Phone', 'Tablet'])
    expect(shown).toMatchObject({ backupCodesLeft: 9, devices: [{ label: 'Laptop' }] })
  })

  it('many users at once do not meet', async () => {
    const h = await settled()
    const users = Array.from({ length: 20 }, (_, n) => `user-${n}`)
    const enrolled = await Promise.all(users.map((userId) => enroll(h.twoFactor, userId, h.clock)))
    h.clock.advance({ seconds: 30 })
    const verdicts = await Promise.all(
      users.map((userId, n) => login(h.twoFactor, userId, enrolled[n]!.phone.code(h.clock()))),
    )
    expect(reasonsOf(verdicts)).toEqual({ accepted: 20 })
    acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, h.phone)))
  })
})
