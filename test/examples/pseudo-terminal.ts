import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'

/**
 * How long a program on a busy machine may take for what it says next: a limit against hanging, not
 * a measure of anything.
 */
const PATIENCE_MS = 180_000

export interface Window {
  columns?: number
  rows?: number
}

/**
 * A program in a pseudo-terminal of its own, driven as a person does: wait for words, type a line.
 */
export class PseudoTerminal {
  /** The exit code. */
  readonly ended: Promise<number>
  /** Everything on the screen so far, with its colors. */
  raw = ''
  readonly #child: ChildProcessWithoutNullStreams
  #read = 0
  #wake: () => void = () => undefined

  /** `command` is a line of shell; util-linux's `script` gives it the terminal. */
  constructor(
    command: string,
    env: Record<string, string>,
    { columns = 100, rows = 40 }: Window = {},
  ) {
    this.#child = spawn(
      'script',
      [
        '--quiet',
        '--return',
        '--command',
        `stty cols ${columns} rows ${rows}; exec ${command}`,
        '/dev/null',
      ],
      {
        env: {
          ...process.env,
          NO_COLOR: undefined,
          FORCE_COLOR: undefined,
          TERM: 'xterm-256color',
          SHELL: '/bin/sh',
          ...env,
        },
      },
    )
    this.#child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      this.raw += chunk
      this.#wake()
    })
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (code) => {
        resolve(code ?? -1)
        this.#wake()
      })
    })
  }

  /** What was said without colors and cursor movements. */
  get text(): string {
    return this.raw.replace(/\x1b\[[\d;?]*[A-Za-z]/g, '').replaceAll('\r', '')
  }

  /**
   * Waits for words after those waited for before; line breaks count as spaces. Returns all that
   * was said up to them.
   */
  async waitFor(words: string | RegExp): Promise<string> {
    const pattern =
      typeof words === 'string'
        ? new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+'))
        : words
    for (const deadline = Date.now() + PATIENCE_MS; ;) {
      const unread = this.text.slice(this.#read)
      const found = pattern.exec(unread)
      if (found) {
        const end = found.index + found[0].length
        this.#read += end
        return unread.slice(0, end)
      }
      const [left, hasEnded] = [deadline - Date.now(), this.#child.exitCode !== null]
      if (left <= 0 || hasEnded)
        throw new Error(
          `${hasEnded ? 'ended' : 'waited'} without ${String(words)}; said last: ${unread.slice(-600)}`,
        )
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** Waits for a question and answers it. Returns what was said before. */
  async answer(question: string | RegExp, line: string): Promise<string> {
    const said = await this.waitFor(question)
    this.type(`${line}\r`)
    return said
  }

  type(keys: string): void {
    this.#child.stdin.write(keys)
  }

  /** Ends the program if it still runs; the hang-up reaches what runs inside. */
  close(): void {
    this.#child.kill()
  }
}

export const CONTROL_C = '\x03'
export const CONTROL_D = '\x04'

/** The last QR code in what a terminal was sent, for a camera. */
export function lastDrawing(raw: string): string {
  const drawings = raw.replaceAll('\r', '').match(/(?:\x1b\[38;5;16;48;5;231m[^\n]*\n)+/g) ?? []
  return drawings.at(-1)?.trimEnd() ?? ''
}
