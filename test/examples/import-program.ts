import { type ChildProcess, spawn } from 'node:child_process'

/** What a run of the import said, and how it ended. */
export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** Starts the program as an operator does; `watch` sees it after everything it says. */
export function runImport(
  args: readonly string[],
  keys: string | undefined,
  watch?: (stderr: string, child: ChildProcess) => void,
): Promise<Run> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/import/main.ts', ...args], {
    env: { ...process.env, KEYSTEP_KEYS: keys },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const run: Run = { code: null, stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    run.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    run.stderr += text
    watch?.(run.stderr, child)
  })
  return new Promise((resolve) =>
    child.on('close', (code) => {
      resolve({ ...run, code })
    }),
  )
}
