import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { generateKeyringKey } from 'keystep'

/**
 * Where the demo keeps everything: `--data`, or `KEYSTEP_DEMO_DATA`, or `.keystep-demo` in the
 * working directory.
 */
export class DataFolder {
  readonly path: string

  constructor(path: string | undefined) {
    this.path = resolve(path ?? process.env['KEYSTEP_DEMO_DATA'] ?? '.keystep-demo')
    mkdirSync(this.path, { recursive: true, mode: 0o700 })
  }

  get database(): string {
    return join(this.path, 'portal.sqlite')
  }

  /**
   * The key of all records: from `KEYSTEP_KEYS`, as a real portal has it, or from a file that only
   * its owner reads. It is made together with the database, never later: a new key could not open
   * what is there.
   */
  keyringKeys(): string {
    const given = process.env['KEYSTEP_KEYS']
    if (given) return given
    const file = join(this.path, 'keyring.key')
    if (!existsSync(file)) {
      if (existsSync(this.database))
        throw new Error(
          `${file} is missing: without it (or KEYSTEP_KEYS) nothing in ${this.database} can be opened`,
        )
      writeFileSync(file, `${generateKeyringKey()}\n`, { mode: 0o600, flag: 'wx' })
    }
    return readFileSync(file, 'utf8').trim()
  }

  /** The session of the plain commands: a cookie jar of one cookie. */
  get cookie(): string | undefined {
    return existsSync(this.#cookieFile) ? readFileSync(this.#cookieFile, 'utf8').trim() : undefined
  }

  set cookie(sessionId: string | undefined) {
    if (sessionId === undefined) rmSync(this.#cookieFile, { force: true })
    else writeFileSync(this.#cookieFile, `${sessionId}\n`, { mode: 0o600 })
  }

  /** How far a walk over all records has come, so that an interrupted one can go on. */
  progressOf(walk: string): string | undefined {
    const file = this.#progressFile(walk)
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined
  }

  keepProgress(walk: string, progress: string): void {
    writeFileSync(`${this.#progressFile(walk)}.new`, progress, { mode: 0o600 })
    renameSync(`${this.#progressFile(walk)}.new`, this.#progressFile(walk))
  }

  endProgress(walk: string): void {
    rmSync(this.#progressFile(walk), { force: true })
  }

  #progressFile(walk: string): string {
    return join(this.path, `${walk}.progress`)
  }

  get #cookieFile(): string {
    return join(this.path, 'session')
  }
}
