import { KeystepError } from 'keystep'
import { memoryStore } from 'keystep/stores/memory'
import { faultyStore } from 'keystep/testing'
import { describe, expect, it } from 'vitest'
import { challenge, enroll, house, login, nextCode, wrongCode } from '../flow/house.ts'
import { peek } from './record.ts'

/** A call's outcome, where an outage may come instead, and nothing else may. */
async function weathered<T>(call: () => Promise<T>): Promise<T | 'outage'> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof KeystepError && ['ERR_STORE', 'ERR_CONTENTION'].includes(error.code))
      return 'outage'
    throw error
  }
}

describe('V27: in a storm of lost reads, writes, acknowledgements and doubled deliveries', () => {
  it.each([1, 2, 3, 4])(
    'no code is accepted twice, and no verdict of a wrong one is free (seed %i)',
    async (seed) => {
      const memory = memoryStore()
      const calm = house({ store: memory })
      const { phone, backupCodes } = await enroll(calm.twoFactor, 'ada', calm.clock)
      const store = faultyStore(memory, {
        seed,
        errorOnRead: 0.05,
        errorBeforeWrite: 0.1,
        errorAfterWrite: 0.1,
        duplicateDelivery: 0.2,
        delay: 0.5,
      })
      const { twoFactor } = house({ store, keyring: calm.keyring, now: calm.clock })
      let told = 0
      const accepted: string[] = []
      for (let round = 0; round < 30; round++) {
        const right = nextCode(calm.clock, phone)
        const wrong = wrongCode(phone, calm.clock())
        const codes = [
          right,
          right,
          wrong,
          round % 3 ? right : backupCodes[round / 3]!,
          round % 3 ? wrong : backupCodes[round / 3]!,
        ]
        await Promise.all(
          codes.map(async (code) => {
            const verdict = await weathered(async () =>
              twoFactor.login.verify({ challenge: await challenge(twoFactor, 'ada'), code }),
            )
            if (verdict === 'outage') return
            if (verdict.outcome === 'accepted') accepted.push(code)
            if (verdict.outcome === 'rejected' && verdict.reason === 'wrong_code') told++
          }),
        )
        calm.clock.advance({ minutes: 30 })
      }
      await store.settle()
      expect(new Set(accepted).size).toBe(accepted.length)
      expect(accepted.length).toBeGreaterThan(10)
      const { attempts } = await peek({ store: memory, keyring: calm.keyring }, 'ada')
      expect(attempts.codes.wrongAt.length).toBeGreaterThanOrEqual(told)
      for (const code of accepted.filter((one) => one.includes('-')))
        expect(await login(calm.twoFactor, 'ada', code)).toMatchObject({ reason: 'already_used' })
      expect(Object.values(store.injected).every((count) => count > 0)).toBe(true)
    },
  )
})
