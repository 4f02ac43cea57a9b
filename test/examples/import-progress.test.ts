import { describe, expect, it } from 'vitest'
import { progressBar } from '../../examples/import/progress-bar.ts'

describe('the progress bar', () => {
  const drawn = (isTTY: boolean, total: number, steps: number[]): string => {
    let text = ''
    const bar = progressBar(
      {
        isTTY,
        write: (more) => {
          text += more
        },
      },
      total,
    )
    for (const step of steps) bar.show(step)
    bar.end()
    return text
  }
  it('draws over itself on a terminal', () => {
    expect(drawn(true, 200, [0, 64, 200])).toBe(
      `\r[${'.'.repeat(32)}]   0%  0 of 200 rows\r[${'#'.repeat(10)}${'.'.repeat(22)}]  32%  64 of 200 rows\r[${'#'.repeat(32)}] 100%  200 of 200 rows\n`,
    )
  })
  it('writes one line for each tenth into a log', () => {
    expect(
      drawn(
        false,
        100,
        Array.from({ length: 101 }, (_, n) => n),
      )
        .trim()
        .split('\n'),
    ).toHaveLength(11)
  })
  it('is full for a file without rows', () => {
    expect(drawn(false, 0, [0])).toContain('100%  0 of 0 rows')
  })
})
