import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type House, type StartedHouse, startHouse } from './house.ts'

type Environment = Readonly<Record<string, string>>

/**
 * The house of a block of tests. A test fails, too, by whatever a browser complained of meanwhile.
 *
 * @param prepare what the portal finds in its environment, once all is there that it talks to;
 *   `end` ends that.
 */
export function openHouse(
  prepare: Environment | (() => Promise<Environment>) = {},
  end: () => Promise<void> = async () => undefined,
): House {
  let house: StartedHouse
  beforeAll(async () => {
    house = await startHouse(typeof prepare === 'function' ? await prepare() : prepare)
  })
  afterAll(async () => {
    await house.close()
    await end()
  })
  afterEach(async () => {
    expect(await house.leave()).toEqual([])
  })
  return {
    get clock() {
      return house.clock
    },
    get portal() {
      return house.portal
    },
    get accounts() {
      return house.accounts
    },
    get twoFactor() {
      return house.twoFactor
    },
    visitor: (options) => house.visitor(options),
  }
}
