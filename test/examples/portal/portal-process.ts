import { spawn } from 'node:child_process'

/** `npm start` as an operating system process; resolves once it has printed where it is. */
export async function startProcess(
  environment: Record<string, string>,
): Promise<{ stop: () => Promise<void> }> {
  const program = spawn(process.execPath, ['--import', 'tsx', 'examples/portal/main.ts'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const ended = new Promise<void>((resolve) =>
    program.once('exit', () => {
      resolve()
    }),
  )
  const stop = async (): Promise<void> => {
    program.kill()
    await ended
  }
  await new Promise<void>((resolve, reject) => {
    for (const stream of [program.stdout, program.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (said.includes('sam@example.com')) resolve()
      })
    program.once('exit', () => {
      reject(new Error(`the portal ended: ${said}`))
    })
  })
  return { stop }
}
