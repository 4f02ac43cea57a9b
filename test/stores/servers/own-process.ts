import { type ChildProcess, execFileSync, spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'

/** A server that a test started, and ends by its own process id. */
export interface OwnProcess {
  readonly child: ChildProcess
  stop(): Promise<void>
}

/**
 * Whether a program is in the path. With CI set it must be: its tests then run and fail by
 * themselves. Else one line says what is left out, and how to have it.
 */
export function hasProgram(name: string, debian: string, what: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'pipe', env: pathWithSbin() })
    return true
  } catch {
    if (process.env['CI']) return true
    console.log(
      `${what}: no ${name} in the path, skipped; to run them, install it (Debian: ${debian})`,
    )
    return false
  }
}

/** Starts a server in the foreground and waits until its port answers. */
export async function startProcess(
  command: readonly string[],
  port: number,
  o: SpawnOptions = {},
): Promise<OwnProcess> {
  const child = spawn(command[0]!, command.slice(1), { stdio: 'ignore', env: pathWithSbin(), ...o })
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  const ended = once(child, 'exit').catch(() => undefined)
  for (let left = 200; !(await answers(port)); left--) {
    if (left === 0 || child.exitCode !== null)
      throw new Error(`${command[0]!} does not listen on ${port}`)
    await new Promise((resume) => setTimeout(resume, 50))
  }
  const stop = async (): Promise<void> => {
    end()
    await ended
    process.removeListener('exit', end)
  }
  return { child, stop }
}

/** Debian keeps servers where a user's path does not look. */
function pathWithSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const end = (result: boolean) => () => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', end(true)).once('error', end(false))
  })
}
