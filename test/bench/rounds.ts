/**
 * One contender of a comparison: prepares a round outside the clock, and then does one unit of its
 * work per index.
 */
export interface Contender {
  readonly name: string
  prepare?(count: number): Promise<void>
  work(index: number): Promise<unknown>
}

/** Medians over all rounds. */
export interface Figures {
  readonly perSecond: number
  /** User and system time of the contender's process per unit of work. */
  readonly cpuMicros: number
}

/** One turn of a contender: so many units of its work, so many of them in flight. */
export type Turn = (count: number, inFlight: number) => Promise<Figures>

/** The turns of a contender in this process. */
export function turnOf(contender: Contender): Turn {
  return async (count, inFlight) => {
    await contender.prepare?.(count)
    return measure(contender, count, inFlight)
  }
}

/**
 * Measures the contenders in turn, round by round, so that what else the machine does meets all
 * alike. The first round warms up.
 */
export async function interleave(
  contenders: readonly Turn[],
  rounds: number,
  count: number,
  inFlight: number,
): Promise<Figures[]> {
  const samples = contenders.map((): Figures[] => [])
  for (let round = 0; round <= rounds; round++) {
    const turns = contenders.map((turn, i) => ({ turn, into: samples[i]! }))
    if (round % 2 === 1) turns.reverse()
    for (const { turn, into } of turns) {
      const figures = await turn(count, inFlight)
      if (round > 0) into.push(figures)
    }
  }
  return samples.map((figures) => ({
    perSecond: median(figures.map(({ perSecond }) => perSecond)),
    cpuMicros: median(figures.map(({ cpuMicros }) => cpuMicros)),
  }))
}

async function measure({ work }: Contender, count: number, inFlight: number): Promise<Figures> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  const cpuBefore = process.cpuUsage()
  const before = performance.now()
  await Promise.all(Array.from({ length: inFlight }, lane))
  const millis = performance.now() - before
  const { user, system } = process.cpuUsage(cpuBefore)
  return { perSecond: (count / millis) * 1000, cpuMicros: (user + system) / count }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** A table row, as the docs quote it. */
export function print(cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`)
}

/** The value of `--name value` on the command line. */
export function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`)
  const value = at < 0 ? otherwise : Number(process.argv[at + 1])
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a whole number`)
  return value
}
