import { type Command, UsageError } from '../command.ts'
import { KEY_HELP, KEY_OPTIONS, readKey } from '../secret-input.ts'
import { bold, columns, hasCursor, write } from '../terminal/screen.ts'
import { codeAt } from './code.ts'

const CLEAR_LINE = '\r\x1b[2K'

/** The authenticator, going on: the code and how long it is good. */
export const watch: Command = {
  positionals: [],
  summary: 'an authenticator: the code with a countdown, until Ctrl-C',
  details: [
    'Shows the code of a key with a bar that runs out when the next one comes. Ctrl-C ends it.',
    'Where the output is no terminal, each new code is one line.',
    KEY_HELP,
  ],
  options: {
    ...KEY_OPTIONS,
    once: { help: 'show it once and end' },
    for: { value: 'SECONDS', help: 'end after so many seconds' },
  },
  async run(call) {
    const seconds = secondsOf(call.values['for'])
    const key = await readKey(call)
    call.prompt.close()
    const isJson = call.flags.has('json')
    const end = Date.now() + seconds * 1000
    const interrupt = untilInterrupt()
    let last = ''
    for (;;) {
      const { code, secondsLeft } = codeAt(key, new Date())
      if (hasCursor && !isJson) write(`${CLEAR_LINE}${draw(code, secondsLeft, key.periodSeconds)}`)
      else if (code !== last)
        write(isJson ? `${JSON.stringify({ code, secondsLeft })}\n` : `${code}  ${secondsLeft} s\n`)
      last = code
      if (
        call.flags.has('once') ||
        Date.now() >= end ||
        (await interrupt.within(Math.min(250, end - Date.now())))
      )
        break
    }
    if (hasCursor && !isJson) write('\n')
    return { outcome: 'accepted', lines: [], json: {} }
  },
}

/** `123 456  ############......  12 s`, as wide as the window allows. */
function draw(code: string, secondsLeft: number, periodSeconds: number): string {
  const time = `${secondsLeft}`.padStart(`${periodSeconds}`.length)
  const width = Math.max(0, Math.min(periodSeconds, columns() - code.length - time.length - 8))
  const full = Math.round((width * secondsLeft) / periodSeconds)
  const half = Math.ceil(code.length / 2)
  return `${bold(`${code.slice(0, half)} ${code.slice(half)}`)}  ${'#'.repeat(full)}${'.'.repeat(width - full)}  ${time} s`
}

function secondsOf(text: string | undefined): number {
  const seconds = text === undefined ? Infinity : Number(text)
  if (!(seconds >= 0)) throw new UsageError('--for is a number of seconds')
  return seconds
}

/** Ctrl-C as something to wait for, so that the terminal is left on a line of its own. */
function untilInterrupt(): { within(milliseconds: number): Promise<boolean> } {
  const interrupted = new Promise<boolean>((resolve) => {
    process.once('SIGINT', () => {
      resolve(true)
    })
  })
  return {
    within: async (milliseconds) => {
      let timer: NodeJS.Timeout | undefined
      const passed = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => {
          resolve(false)
        }, milliseconds)
      })
      return Promise.race([interrupted, passed]).finally(() => {
        clearTimeout(timer)
      })
    },
  }
}
