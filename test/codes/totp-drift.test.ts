import { generateTotp, OtpKey } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { acceptedOf, house, login } from '../flow/house.ts'

const key = OtpKey.fromBytes(new Uint8Array(20).fill(5))

/**
 * A phone whose clock is so many steps off; each login happens minutes after the last, so that no
 * step is used twice.
 */
async function phone() {
  const h = house({ limits: {} })
  acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key }))
  const at = (steps: number) =>
    generateTotp(key, { at: new Date(h.clock().getTime() + steps * 30_000) })
  const login1 = async (steps: number) => {
    h.clock.advance({ minutes: 10 })
    return (await login(h.twoFactor, 'ada', at(steps))).outcome
  }
  /**
   * Which offsets are taken now, tried each on a copy of the record so that none of them teaches
   * anything.
   */
  const taken = async () => {
    h.clock.advance({ minutes: 10 })
    const [name] = await h.store.keys()
    const found = (await h.store.get(name!))!
    const offsets: number[] = []
    for (let steps = -5; steps <= 5; steps++) {
      if ((await login(h.twoFactor, 'ada', at(steps))).outcome === 'accepted') offsets.push(steps)
      await h.store.put(name!, found.value, { expected: (await h.store.get(name!))!.version })
    }
    return offsets
  }
  return { login1, taken }
}

describe('RFC 6238 6: the drift of a clock', () => {
  it('one step each side of now, at first', async () => {
    expect(await (await phone()).taken()).toEqual([-1, 0, 1])
  })

  it.each([
    ['one success on a side teaches nothing', [-1], [-1, 0, 1]],
    ['two on the same side do: 4 candidates', [-1, -1], [-2, -1, 0, 1]],
    ['and the other side alike', [1, 1], [-1, 0, 1, 2]],
    ['further still, to 5 candidates', [-1, -1, -2], [-3, -2, -1, 0, 1]],
    ['at most 2 steps, however often', [-1, -1, -2, -3, -3], [-3, -2, -1, 0, 1]],
    ['changing sides teaches nothing', [-1, 1, -1, 1], [-1, 0, 1]],
    ['a success at 0 between them neither', [-1, 0, -1], [-1, 0, 1]],
    ['one success at 0 unteaches nothing', [1, 1, 0], [-1, 0, 1, 2]],
    ['two at 0 do', [1, 1, 0, 0], [-1, 0, 1]],
  ])('%s', async (_, lessons, candidates) => {
    const { login1, taken } = await phone()
    for (const steps of lessons) expect(await login1(steps)).toBe('accepted')
    expect(await taken()).toEqual(candidates)
  })

  it('63B-4 3.1.5.2: what lies outside is a wrong code', async () => {
    const { login1 } = await phone()
    expect(await login1(-2)).toBe('rejected')
    expect(await login1(2)).toBe('rejected')
  })
})
