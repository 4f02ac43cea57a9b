import type { MaintenanceProgress, ResealReport, Summary, TwoFactor } from 'keystep'
import type { Logins } from '../stores/logins.ts'

const INTERRUPTED = 'interrupted, for the sake of the measurement'

export interface Walked {
  readonly reseal: ResealReport
  readonly summary: Summary
  readonly seconds: { readonly reseal: number; readonly summarize: number }
  /** Where the reseal was interrupted and went on. */
  readonly resumedAt: number
  /** How far the process grew above where it began, in MB. */
  readonly grownMegabytes: number
  /** Logins beside the walks. */
  readonly logins: number
}

/**
 * Reseals all, interrupted half way and resumed, and summarizes, while logins go on. A login that
 * fails ends it all.
 */
export async function walk(
  { maintenance }: TwoFactor,
  live: Logins,
  records: number,
  perRound: number,
  onProgress?: (records: number) => void,
): Promise<Walked> {
  let [done, logins, peak] = [false, 0, 0]
  global.gc?.()
  const before = process.memoryUsage().rss
  const watch = (seen: number): void => {
    peak = Math.max(peak, process.memoryUsage().rss)
    onProgress?.(seen)
  }
  const beside = (async () => {
    for (let from = 0; !done; from += perRound) {
      await live.prepare(perRound, from % 500)
      for (let i = 0; i < perRound; i++) await live.work(i)
      logins += perRound
      // A store that answers at once would leave the walk no turn.
      await new Promise((resume) => setTimeout(resume, 20))
    }
  })()
  const walks = (async () => {
    const start = performance.now()
    let last: MaintenanceProgress | undefined
    const first = await maintenance
      .reseal({
        onProgress(progress) {
          last = progress
          watch(progress.records)
          if (progress.records >= records / 2) throw new Error(INTERRUPTED)
        },
      })
      .catch((error: unknown) => {
        if (!(error instanceof Error) || error.message !== INTERRUPTED) throw error
      })
    if (first) throw new Error('the interruption did not come')
    const resumedAt = last!.records
    const reseal = await maintenance.reseal({
      after: last!.last,
      onProgress: ({ records: more }) => watch(resumedAt + more),
    })
    const half = performance.now()
    const summary = await maintenance.summarize({ onProgress: ({ records: seen }) => watch(seen) })
    const seconds = { reseal: (half - start) / 1000, summarize: (performance.now() - half) / 1000 }
    return { reseal, summary, seconds, resumedAt }
  })().finally(() => (done = true))
  const [walked] = await Promise.all([walks, beside])
  return { ...walked, grownMegabytes: (peak - before) / 1e6, logins }
}
