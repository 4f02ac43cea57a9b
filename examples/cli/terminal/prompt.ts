import { createInterface, type Interface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** The user left: Ctrl-C, Ctrl-D, or the end of a piped input. */
export class Left extends Error {
  readonly byInterrupt: boolean

  constructor(byInterrupt: boolean) {
    super('the input ended')
    this.byInterrupt = byInterrupt
  }
}

/**
 * Asks questions, one line each, of a person at a terminal or of a piped input. Lines that come
 * early wait for their question.
 */
export class Prompt {
  readonly isInteractive = process.stdin.isTTY
  readonly #lines: string[] = []
  readonly #output: NodeJS.WriteStream
  #interface: Interface | undefined
  #waiting: { resolve: (line: string) => void; reject: (reason: Left) => void } | undefined
  #left: Left | undefined
  #isMuted = false

  constructor(output: NodeJS.WriteStream) {
    this.#output = output
  }

  /** The answer without spaces around. @throws Left */
  async ask(question: string): Promise<string> {
    return (await this.#next(question)).trim()
  }

  /** The answer as it was typed, without an echo. @throws Left */
  async askSecret(question: string): Promise<string> {
    this.#open()
    this.#output.write(question)
    this.#isMuted = true
    try {
      return await this.#next('')
    } finally {
      this.#isMuted = false
      if (this.isInteractive) this.#output.write('\n')
    }
  }

  close(): void {
    this.#interface?.close()
  }

  #next(question: string): Promise<string> {
    const terminal = this.#open()
    const early = this.#lines.shift()
    if (early !== undefined) return Promise.resolve(early)
    if (this.#left) return Promise.reject(this.#left)
    terminal.setPrompt(question)
    terminal.prompt()
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  #open(): Interface {
    return (this.#interface ??= this.#create())
  }

  #create(): Interface {
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (!this.#isMuted) this.#output.write(chunk)
        done()
      },
    })
    Object.defineProperty(output, 'columns', { get: () => this.#output.columns })
    // Without a history, the arrow keys cannot bring back a password.
    const terminal = createInterface({
      input: process.stdin,
      output,
      terminal: this.isInteractive,
      historySize: 0,
    })
    terminal.on('line', (line) => {
      if (this.#waiting) this.#waiting.resolve(line)
      else this.#lines.push(line)
      this.#waiting = undefined
    })
    terminal.on('SIGINT', () => {
      this.#leave(new Left(true))
    })
    terminal.on('close', () => {
      this.#leave(new Left(false))
    })
    return terminal
  }

  #leave(left: Left): void {
    this.#left ??= left
    this.#waiting?.reject(this.#left)
    this.#waiting = undefined
    this.#interface?.close()
  }
}
