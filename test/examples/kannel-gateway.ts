import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, until } from './loopback.ts'

export const KANNEL = [
  '/usr/sbin/bearerbox',
  '/usr/sbin/smsbox',
  '/usr/lib/kannel/test/fakesmsc',
] as const
const [BEARERBOX, SMSBOX, FAKESMSC] = KANNEL

/** A message as the network got it from the gateway. */
export interface Received {
  from: string
  to: string
  coding: string
  text: string
}

/** Debian's Kannel on free loopback ports: bearerbox, smsbox, and its fake network behind them. */
export async function startKannel(user: { username: string; password: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'keystep-kannel-'))
  const file = join(folder, 'kannel.conf')
  const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const
  writeFileSync(file, configuration(ports, user))
  const [, , network, sendsms] = ports
  const started: ChildProcess[] = []
  const run = (program: string, args: string[]): { said: string } => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    })
    const output = { said: '' }
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output.said += chunk
      })
    started.push(child)
    return output
  }
  const stop = async (): Promise<void> => {
    for (const child of started.reverse()) await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    // smsbox gives up when bearerbox is not there yet, and the network sends its one message at
    // once: it needs somebody to answer it.
    const bearerbox = run(BEARERBOX, ['-v', '1', file])
    await until(`bearerbox\n${bearerbox.said}`, () => isOpen(network))
    const smsbox = run(SMSBOX, ['-v', '1', file])
    await until(`smsbox\n${smsbox.said}`, () => isOpen(sendsms))
    const phone = run(FAKESMSC, [
      '-H',
      '127.0.0.1',
      '-r',
      String(network),
      '-m',
      '1',
      '100 200 text hello',
    ])
    await until('the network, connected', () =>
      receivedIn(phone.said).length > 0 ? true : undefined,
    )
    const url = `http://127.0.0.1:${sendsms}/cgi-bin/sendsms`
    const inbox = (): Received[] => receivedIn(phone.said).slice(1)
    return { url, inbox, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * The fake network listens everywhere, since Kannel has no option for it, but takes connections
 * from loopback alone.
 */
function configuration(
  [admin, boxes, network, sendsms]: readonly [number, number, number, number],
  { username, password }: { username: string; password: string },
): string {
  return `
group = core
admin-port = ${admin}
admin-interface = 127.0.0.1
admin-password = unused
smsbox-port = ${boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
box-deny-ip = "*.*.*.*"

group = smsc
smsc = fake
smsc-id = FAKE
port = ${network}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${sendsms}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = ${username}
password = "${password}"
max-messages = 3
concatenation = true
`
}

/** What fakesmsc wrote down. It prints every line of a message as one of its own. */
export function receivedIn(said: string): Received[] {
  const lines = [...said.matchAll(/Got message \d+: <(.*)>$/gm)].map(([, line = '']) => line)
  const received: Received[] = []
  for (const line of lines) {
    const [, from = '', to = '', coding = '', text = ''] =
      /^(\S+) (\S+) (text|data|ucs-2) (.*)$/.exec(line) ?? []
    const last = received.at(-1)
    if (from !== '')
      received.push({ from, to, coding, text: coding === 'text' ? text : fromUcs2(text) })
    else if (last) last.text += `\n${line}`
  }
  return received
}

function fromUcs2(encoded: string): string {
  const bytes = Buffer.from(
    encoded
      .replaceAll('+', ' ')
      .replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  )
  return new TextDecoder('utf-16be').decode(bytes)
}

function isOpen(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket
      .on('connect', () => {
        socket.destroy()
        resolve(true)
      })
      .on('error', () => {
        resolve(undefined)
      })
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.on('exit', resolve))
  child.kill('SIGKILL')
  await gone
}
