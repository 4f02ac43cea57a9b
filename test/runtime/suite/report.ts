import type { Case } from './case.ts'

/** What became of the cases, as text that travels out of any runtime. */
export interface Report {
  readonly passed: number
  readonly failures: readonly string[]
}

/** Runs cases one after the other, for runtimes without a test runner. */
export async function report(cases: readonly Case[]): Promise<Report> {
  const failures: string[] = []
  for (const { name, run } of cases) {
    try {
      await run()
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { passed: cases.length - failures.length, failures }
}
