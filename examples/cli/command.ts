import { parseArgs } from 'node:util'
import { Prompt } from './terminal/prompt.ts'

/** How a program ends: what scripts look at. */
export const EXIT = { accepted: 0, rejected: 1, usage: 2, operator: 3, interrupted: 130 } as const

export const EXIT_HELP = [
  'Exit code:  0 accepted, 1 rejected, 2 wrong usage, 3 something is broken (its error code is on stderr).',
]

/** A command that was called in a way that it cannot be: exit code 2. */
export class UsageError extends Error {}

interface Option {
  /** What stands for the value in the help; a flag without. */
  value?: string
  help: string
}

export type Values = Readonly<Record<string, string | undefined>>

/** What a command gets to work with. */
export interface Call {
  readonly positionals: readonly string[]
  /** Options with a value. */
  readonly values: Values
  readonly flags: ReadonlySet<string>
  /** Asks on stderr, so that stdout is the answer alone. */
  readonly prompt: Prompt
}

/**
 * What a command comes to: lines for people, an object for scripts (`--json`), and by the outcome
 * its exit code.
 */
export interface Report {
  readonly outcome: 'accepted' | 'rejected'
  readonly lines: readonly string[]
  readonly json: object
}

/** One plain command. */
export interface Command {
  /** The words after its name, such as `NAME`; each is required. */
  readonly positionals: readonly string[]
  readonly summary: string
  readonly details: readonly string[]
  readonly options: Readonly<Record<string, Option>>
  run(call: Call): Promise<Report>
}

export const DATA: Readonly<Record<string, Option>> = {
  data: {
    value: 'FOLDER',
    help: 'where accounts are kept; else KEYSTEP_DEMO_DATA, else .keystep-demo',
  },
}
const ALWAYS: Readonly<Record<string, Option>> = {
  json: { help: 'one line of JSON on stdout, whatever the outcome' },
  help: { help: 'this text' },
}

/** @throws UsageError */
export function parseCall(command: Command, argv: readonly string[]): Call {
  const all = Object.entries({ ...command.options, ...ALWAYS })
  const types = all.map(
    ([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' }] as const,
  )
  const { values, positionals } = parse(argv, Object.fromEntries(types))
  const flags = new Set(Object.keys(values).filter((name) => values[name] === true))
  const wanted = command.positionals
  if (positionals.length !== wanted.length && !flags.has('help')) {
    throw new UsageError(
      wanted.length === 0 ? 'this command takes options alone' : `expected ${wanted.join(' ')}`,
    )
  }
  const texts = Object.entries(values).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return {
    positionals,
    values: Object.fromEntries(texts),
    flags,
    prompt: new Prompt(process.stderr),
  }
}

interface Parsed {
  values: Record<string, unknown>
  positionals: string[]
}

function parse(
  argv: readonly string[],
  options: Record<string, { type: 'boolean' | 'string' }>,
): Parsed {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'the options cannot be read')
  }
}

/** The text of `COMMAND --help`. */
export function helpOf(name: string, { positionals, details, options }: Command): string[] {
  const all = Object.entries({ ...options, ...ALWAYS }).map(
    ([option, { value = '', help }]) => [`--${option} ${value}`, help] as const,
  )
  const width = Math.max(...all.map(([option]) => option.length))
  return [
    `Usage: ${[name, ...positionals, '[options]'].join(' ')}`,
    '',
    ...details,
    '',
    'Options:',
    ...all.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`),
    '',
    ...EXIT_HELP,
  ]
}
