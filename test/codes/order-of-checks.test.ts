import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  acceptedOf,
  challenge,
  enroll,
  house,
  type House,
  SESSION,
  wrongCode,
} from '../flow/house.ts'
import { markImported, peek, tamper } from '../record/record.ts'
import { firstPermit, notThe, smsHouse, smsPermit } from '../flow/sms-house.ts'
import type { Attempts, CounterName } from '../../src/record/throttle.ts'

/**
 * What a user typed, and for which counter it is a guess; null for what keystep made, which nobody
 * guesses.
 */
const guesses = {
  digits: { typed: '000000', counter: 'codes' },
  backup_code: { typed: '0000-0000-0000-0000', counter: null },
  imported_code: { typed: '0000-0000-0000-0000', counter: 'recovery' },
  support_code: { typed: '0000-0000-0000-0000-0000', counter: null },
} as const

type Shape = keyof typeof guesses
type State = 'fine' | 'locked' | 'exhausted'

// Every combination of what can be wrong; the first that applies is the verdict: expired,
// malformed, unavailable, (compare what keystep made), exhausted, locked, compare.
const rows: {
  challenge: 'live' | 'expired'
  shape: Shape | 'malformed'
  available: boolean
  state: State
  reason: string
}[] = []
for (const asked of ['live', 'expired'] as const) {
  for (const shape of [
    'digits',
    'backup_code',
    'imported_code',
    'support_code',
    'malformed',
  ] as const) {
    for (const available of [true, false]) {
      for (const state of ['fine', 'locked', 'exhausted'] as const) {
        const gate = { fine: 'wrong_code', locked: 'locked', exhausted: 'exhausted' }[state]
        const reason =
          asked === 'expired'
            ? 'expired'
            : shape === 'malformed'
              ? 'malformed_code'
              : available
                ? gate
                : 'factor_unavailable'
        rows.push({ challenge: asked, shape, available, state, reason })
      }
    }
  }
}

/**
 * Codes that are out of reach: an SMS number alone without SMS, no backup codes, no support code
 * outstanding.
 */
async function makeUnavailable(h: House): Promise<void> {
  await tamper(h, 'ada', (subject) => ({
    ...subject,
    factors: [{ kind: 'sms', id: 'n1', createdAt: 0, number: '+4915112345678', backup: false }],
    backupCodes: null,
    support: null,
  }))
}

async function arrange(
  h: House,
  { available, state, shape }: { available: boolean; state: State; shape: string },
): Promise<void> {
  if (shape === 'imported_code') await markImported(h)
  if (available)
    await h.twoFactor.recovery.issueSupportCode({
      userId: 'ada',
      actor: 'support/7',
      reason: 'test',
    })
  else await makeUnavailable(h)
  const counter = {
    streak: state === 'fine' ? 0 : 6,
    lockedUntil: h.clock().getTime() + 60_000,
    wrongAt: [],
    stopped: state === 'exhausted',
  }
  if (state !== 'fine')
    await tamper(h, 'ada', (subject) => ({
      ...subject,
      attempts: { ...subject.attempts, codes: counter, recovery: counter },
    }))
}

describe('the order of checks', () => {
  const slow = vi.spyOn(crypto.subtle, 'deriveBits')
  beforeEach(() => void slow.mockClear())
  afterEach(() => void slow.mockClear())

  it.each(rows)(
    '$challenge challenge, $shape, available: $available, $state: $reason',
    async (row) => {
      const h = house()
      const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
      const asked = await challenge(h.twoFactor, 'ada')
      await arrange(h, row)
      if (row.challenge === 'expired') h.clock.advance({ seconds: 301 })
      if (row.challenge === 'expired' && row.state === 'locked') {
        await tamper(h, 'ada', ({ attempts, ...rest }) => ({
          ...rest,
          attempts: relock(attempts, h.clock().getTime() + 60_000),
        }))
      }
      const typed =
        row.shape === 'malformed'
          ? 'open sesame'
          : row.shape === 'digits'
            ? wrongCode(phone, h.clock())
            : guesses[row.shape].typed
      const before = await peek(h, 'ada')
      h.store.reset()
      slow.mockClear()
      const verdict = await h.twoFactor.login.verify({ challenge: asked, code: typed })
      expect(verdict).toMatchObject({ outcome: 'rejected', reason: row.reason })
      const counter =
        row.shape === 'malformed' || row.reason !== 'wrong_code' ? null : guesses[row.shape].counter
      expect('attemptsLeft' in verdict, 'attemptsLeft is said of what was counted').toBe(
        counter !== null,
      )
      expect(h.store).toMatchObject({ reads: 1, writes: counter === null ? 0 : 1 })
      // One slow hash for each comparison with a backup code: always with keystep's own, with
      // imported ones while nothing is locked.
      const isCompared =
        row.challenge === 'live' &&
        row.available &&
        (row.shape === 'backup_code' || (row.shape === 'imported_code' && row.state === 'fine'))
      expect(slow).toHaveBeenCalledTimes(isCompared ? 1 : 0)
      const { attempts } = await peek(h, 'ada')
      if (counter)
        expect(attempts).toEqual({
          ...before.attempts,
          [counter]: expect.objectContaining({ streak: 1 }),
          failures: 1,
        })
      else expect(attempts).toEqual(before.attempts)
    },
  )

  it.each(['locked', 'exhausted'] as const)(
    'V19: while codes are %s, a right backup or support code is accepted and a spent one told apart',
    async (state) => {
      const h = house()
      const { backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
      const { supportCode } = acceptedOf(
        await h.twoFactor.recovery.issueSupportCode({
          userId: 'ada',
          actor: 'support/7',
          reason: 'test',
        }),
      )
      const [first, second] = backupCodes
      acceptedOf(
        await h.twoFactor.login.verify({
          challenge: await challenge(h.twoFactor, 'ada'),
          code: first!,
        }),
      )
      await arrange(h, { available: true, state, shape: 'digits' })
      const { attempts } = await peek(h, 'ada')
      const reissued = acceptedOf(
        await h.twoFactor.recovery.issueSupportCode({
          userId: 'ada',
          actor: 'support/7',
          reason: 'test',
        }),
      )
      const typing = async (code: string) => {
        await tamper(h, 'ada', (subject) => ({ ...subject, attempts }))
        return h.twoFactor.login.verify({ challenge: await challenge(h.twoFactor, 'ada'), code })
      }
      expect(await typing(first!)).toEqual({ outcome: 'rejected', reason: 'already_used' })
      expect(await typing(supportCode.reveal())).toMatchObject({ reason: state })
      expect(await typing(reissued.supportCode.reveal())).toMatchObject({ outcome: 'enroll' })
      expect(await typing(second!)).toMatchObject({ outcome: 'accepted' })
      await tamper(h, 'ada', (subject) => ({ ...subject, attempts }))
      expect(
        await h.twoFactor.stepUp.verify({
          challenge: await challengeOfStep(h),
          code: backupCodes[2]!,
          sessionId: SESSION,
        }),
      ).toMatchObject({ outcome: 'accepted' })
    },
  )

  it('the same holds for a step-up, where a support code is never available', async () => {
    const h = house()
    await enroll(h.twoFactor, 'ada', h.clock)
    await h.twoFactor.recovery.issueSupportCode({
      userId: 'ada',
      actor: 'support/7',
      reason: 'test',
    })
    const step = await h.twoFactor.stepUp.begin({
      userId: 'ada',
      sessionId: SESSION,
      purpose: 'dns.change',
    })
    if (step.next !== 'challenge') throw new Error(step.next)
    h.store.reset()
    const verdict = await h.twoFactor.stepUp.verify({
      challenge: step.challenge,
      code: guesses.support_code.typed,
      sessionId: SESSION,
    })
    expect(verdict).toEqual({ outcome: 'rejected', reason: 'factor_unavailable' })
    expect(h.store).toMatchObject({ reads: 1, writes: 0 })
  })

  it('no backup code is hashed for a number whose code is malformed, wrong or too late, nor for a permit that is over', async () => {
    const h = smsHouse()
    const begun = acceptedOf(
      await h.twoFactor.sms.enroll({
        permit: await firstPermit(h, 'ada'),
        sessionId: SESSION,
        number: '+4915112345678',
      }),
    )
    const right = h.outbox.at(-1)!.code
    const confirm = async (code: string) =>
      h.twoFactor.sms.confirm({ enrollment: begun.enrollment, sessionId: SESSION, code })
    for (const code of ['x', notThe(right)])
      expect(await confirm(code)).toMatchObject({ outcome: 'rejected' })
    expect(slow).not.toHaveBeenCalled()
    acceptedOf(await confirm(right))
    expect(slow).toHaveBeenCalledTimes(10)
    h.clock.advance({ seconds: 30 })
    const leave = await smsPermit(h, 'ada')
    acceptedOf(await h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION }))
    slow.mockClear()
    expect(
      await h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION }),
    ).toMatchObject({ reason: 'expired' })
    h.clock.advance({ days: 400 })
    expect(await confirm(right)).toMatchObject({ outcome: 'rejected' })
    expect(slow).not.toHaveBeenCalled()
  })

  it('a lock that ends between the slow hash and the verdict never makes a wrong code of a right imported one', async () => {
    const h = house()
    const { backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    await markImported(h)
    let asks = 0
    // A clock that moves on by a second at each look: wherever the lock ends, the code was hashed
    // or it was not looked at.
    const ticking = () => new Date(h.clock().getTime() + asks++ * 1000)
    const { twoFactor } = house({ keyring: h.keyring, store: h.store, now: ticking })
    for (let locked = 12; locked > 0; locked--) {
      await tamper(h, 'ada', (subject) => ({
        ...subject,
        touchedAt: 0,
        attempts: relock(subject.attempts, h.clock().getTime() + locked * 1000),
      }))
      asks = 0
      const verdict = await twoFactor.login.verify({
        challenge: await challenge(twoFactor, 'ada'),
        code: backupCodes[0]!,
      })
      if (verdict.outcome === 'accepted') return
      expect(verdict).toMatchObject({ reason: 'locked' })
      asks = 0
    }
    throw new Error('the lock never ended within the attempt')
  })
})

async function challengeOfStep(h: House): Promise<string> {
  const step = await h.twoFactor.stepUp.begin({
    userId: 'ada',
    sessionId: SESSION,
    purpose: 'dns.change',
  })
  if (step.next !== 'challenge') throw new Error(step.next)
  return step.challenge
}

function relock(attempts: Attempts, lockedUntil: number): Attempts {
  const names: CounterName[] = ['codes', 'recovery']
  return names.reduce((all, name) => ({ ...all, [name]: { ...all[name], lockedUntil } }), attempts)
}
