import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLive, spend } from '../../src/tokens/spent.ts'
import { newSubject, renewEpoch, type Subject } from '../../src/record/subject.ts'
import { type Claims, claimsOf } from '../../src/tokens/token.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const MINUTE = 60_000
const subject = renewEpoch(newSubject(), NOW - 60 * MINUTE)
const issue = (at: number, lifeSeconds = 300, epoch = subject.epoch.id): Claims =>
  claimsOf('ada', epoch, at, lifeSeconds)

describe('isLive', () => {
  it('from its issue until its very end, and not at it', () => {
    const claims = issue(NOW)
    expect(
      [NOW, NOW + 299_999, NOW + 300_000, NOW + 10 * MINUTE].map((at) =>
        isLive(subject, claims, at),
      ),
    ).toEqual([true, true, false, false])
  })

  it('V8: not under another epoch; without a record only under none', () => {
    expect(isLive(renewEpoch(subject, NOW), issue(NOW), NOW)).toBe(false)
    expect(isLive(null, issue(NOW), NOW)).toBe(false)
    expect(isLive(null, issue(NOW, 300, ''), NOW)).toBe(true)
    expect(isLive(newSubject(), issue(NOW, 300, ''), NOW)).toBe(true)
    expect(isLive(subject, issue(NOW, 300, ''), NOW)).toBe(false)
  })
})

describe('spend', () => {
  it('V2: a token is spent once, and no other with it', () => {
    const [one, two] = [issue(NOW), issue(NOW)]
    const after = spend(subject, one, NOW)
    expect([isLive(after, one, NOW), isLive(after, two, NOW)]).toEqual([false, true])
    expect(isLive(subject, one, NOW), 'the record that was given is not changed').toBe(true)
  })

  it('V2: an overflow of the list fails closed: what is pushed out, and everything as old, counts as spent', () => {
    const tokens = Array.from({ length: 200 }, (_, i) => issue(NOW + i))
    const unspent = tokens.filter((_, i) => i % 2 === 1)
    let after: Subject = subject
    for (const token of tokens.filter((_, i) => i % 2 === 0)) after = spend(after, token, NOW + 200)
    expect(after.spent.length).toBe(64)
    for (const [i, token] of tokens.entries())
      if (i % 2 === 0) expect(isLive(after, token, NOW + 200), `spent ${i}`).toBe(false)
    // 100 were spent: the oldest 36 of them were pushed out, and took with them what was issued
    // before the last of these.
    expect(unspent.filter((token) => isLive(after, token, NOW + 200))).toEqual(unspent.slice(35))
  })

  it('V2: an overflow by tokens of one instant ends all of that instant', () => {
    const tokens = Array.from({ length: 66 }, () => issue(NOW))
    let after: Subject = subject
    for (const token of tokens.slice(0, 65)) after = spend(after, token, NOW)
    expect(tokens.some((token) => isLive(after, token, NOW))).toBe(false)
    expect(isLive(after, issue(NOW + 1), NOW + 1), 'a challenge begun afterwards is good').toBe(
      true,
    )
  })

  it('an overflow pushes out what was issued first, whatever was spent first, so that it ends as little else as it can', () => {
    const [newest, ...others] = Array.from({ length: 65 }, (_, i) => issue(NOW + 65 - i))
    const fresh = issue(NOW + 2)
    let after = spend(subject, newest!, NOW + 100)
    for (const token of others) after = spend(after, token, NOW + 100)
    expect(after.spentFloor).toBe(NOW + 1)
    expect(isLive(after, fresh, NOW + 100)).toBe(true)
    for (const token of [newest!, ...others]) expect(isLive(after, token, NOW + 100)).toBe(false)
  })

  it('forgets only what no clock within 5 minutes of ours takes for unexpired', () => {
    const old = issue(NOW)
    const spentOnce = spend(subject, old, NOW)
    const later = spend(spentOnce, issue(NOW + 9 * MINUTE), NOW + 9 * MINUTE)
    expect(isLive(later, old, NOW + 4 * MINUTE), 'on a server that is 5 minutes behind').toBe(false)
    expect(
      spend(later, issue(NOW + 10 * MINUTE), NOW + 10 * MINUTE).spent.map(({ id }) => id),
    ).not.toContain(old.id)
  })

  it('V2: nothing that was spent ever lives again, under any order, overflow and clocks 5 minutes apart', () => {
    const step = fc.record({
      issuedBefore: fc.integer({ min: 0, max: 10 * MINUTE }),
      life: fc.constantFrom(300, 600),
      passes: fc.integer({ min: 0, max: 30_000 }),
      skew: fc.integer({ min: 0, max: 5 * MINUTE - 1 }),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 150 }), (steps) => {
        let [after, time]: [Subject, number] = [subject, NOW]
        const gone: Claims[] = []
        for (const { issuedBefore, life, passes, skew } of steps) {
          time += passes
          const now = time - skew
          const claims = issue(now - issuedBefore, life)
          if (isLive(after, claims, now)) {
            after = spend(after, claims, now)
            gone.push(claims)
          }
          for (const behind of [0, skew, 5 * MINUTE - 1])
            if (gone.some((one) => isLive(after, one, time - behind))) return false
        }
        return after.spent.length <= 64
      }),
      { numRuns: 300 },
    )
  })
})
