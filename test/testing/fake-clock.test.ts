import { describe, expect, it } from 'vitest'
import { fakeClock } from '../../src/testing/index.ts'

describe('fakeClock', () => {
  it('stands still until it is told to move', async () => {
    const now = fakeClock()
    expect(now()).toEqual(new Date('2026-01-01T00:00:00Z'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(now()).toEqual(new Date('2026-01-01T00:00:00Z'))
  })

  it('adds up the parts of a span, backwards too', () => {
    const now = fakeClock('2026-11-22T06:00:00Z')
    expect(now.advance({ days: 1, hours: 2, minutes: 3, seconds: 4.5 })).toEqual(
      new Date('2026-11-23T08:03:04.500Z'),
    )
    expect(now.advance({ days: -1, seconds: -0.5 })).toEqual(new Date('2026-11-22T08:03:04Z'))
    expect(now()).toEqual(new Date('2026-11-22T08:03:04Z'))
  })

  it('hands out an instant, not its own hands', () => {
    const now = fakeClock()
    now().setFullYear(1999)
    now.set('2030-01-01T00:00:00Z').setFullYear(1999)
    expect(now()).toEqual(new Date('2030-01-01T00:00:00Z'))
  })

  it('refuses what is no instant or span', () => {
    const refused = expect.objectContaining({ code: 'ERR_OPTION' })
    expect(() => fakeClock('yesterday')).toThrow(refused)
    expect(() => fakeClock().set(new Date(NaN))).toThrow(refused)
    expect(() => fakeClock().advance({ seconds: NaN })).toThrow(refused)
  })
})
