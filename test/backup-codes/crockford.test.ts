import fc from 'fast-check'
import { Secret } from 'keystep'
import { describe, expect, it } from 'vitest'
import { normalizeCrockford, randomCrockford } from '../../src/backup-codes/crockford.ts'

describe('normalizeCrockford', () => {
  it('reads back whatever randomCrockford makes, grouped any way', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 9 }),
        (length, group) => {
          const code = randomCrockford(length)
          expect(
            normalizeCrockford(
              new Secret(code).reveal().replace(new RegExp(`(.{${group}})`, 'g'), '$1-'),
              length,
            ),
          ).toBe(code)
        },
      ),
    )
  })
})
