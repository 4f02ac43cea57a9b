import { execFileSync } from 'node:child_process'

const PERIOD = 30

/** An authenticator app that nobody here wrote: oathtool, holding one key. */
export interface Phone {
  /** The code of this step, or of one before or after it. */
  code(stepsAhead?: number): string
  /** Six digits that are no code of this key within ten minutes of now. */
  wrongCode(): string
}

/** @param clock the clock that the phone goes by, default the system's. */
export function phoneWith(base32: string, clock: () => Date = () => new Date()): Phone {
  const oathtool = (at: number, window: number): string[] =>
    execFileSync(
      'oathtool',
      ['--totp', '--base32', '--now', `@${at}`, '--window', `${window}`, base32],
      { encoding: 'utf8' },
    )
      .trim()
      .split('\n')
  const now = (): number => Math.floor(clock().getTime() / 1000)
  return {
    code: (stepsAhead = 0) => oathtool(now() + stepsAhead * PERIOD, 0)[0]!,
    wrongCode: () => {
      const near = new Set(oathtool(now() - 20 * PERIOD, 40))
      return ['000000', '111111', ...Array.from({ length: 50 }, (_, i) => `${200_000 + i}`)].find(
        (code) => !near.has(code),
      )!
    },
  }
}

/**
 * Resolves when the present step has so many seconds left, so that the codes beside it stay within
 * the window meanwhile.
 */
export async function stepWith(secondsLeft: number): Promise<void> {
  const left = PERIOD - ((Date.now() / 1000) % PERIOD)
  if (left < secondsLeft) await new Promise((resolve) => setTimeout(resolve, left * 1000 + 50))
}
