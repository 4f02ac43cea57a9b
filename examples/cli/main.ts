import { KeystepError } from 'keystep'
import {
  type Call,
  type Command,
  EXIT,
  EXIT_HELP,
  helpOf,
  parseCall,
  UsageError,
} from './command.ts'
import { commands } from './commands/index.ts'
import { Left } from './terminal/prompt.ts'
import { say, write } from './terminal/screen.ts'
import { walk } from './walk/walk.ts'

const overview = [
  'The second factor of keystep, to try in a terminal.',
  '',
  'Usage: npm run cli                       a walk through it, with questions',
  '       npm run cli -- COMMAND [options]  one step of it, for scripts',
  '',
  'Commands (COMMAND --help tells more):',
  ...[...commands].map(([name, { summary }]) => `  ${name.padEnd(13)} ${summary}`),
  '',
  'Accounts are kept in --data FOLDER, else KEYSTEP_DEMO_DATA, else .keystep-demo.',
  ...EXIT_HELP,
]

// Whoever reads has seen enough, as in `... | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})
process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  const [first = '', ...rest] = argv
  try {
    if (first === '--help' || first === 'help' || first === '-h') return show(overview)
    if (first === '' || first === '--data') return await walk(walkFolder(argv))
    const command = commands.get(first)
    if (!command) throw new UsageError('there is no such command; see --help')
    return await runCommand(first, command, rest)
  } catch (error) {
    return report(error)
  }
}

async function runCommand(
  name: string,
  command: Command,
  argv: readonly string[],
): Promise<number> {
  const call = parseCall(command, argv)
  if (call.flags.has('help')) return show(helpOf(name, command))
  try {
    return await finish(command, call)
  } finally {
    call.prompt.close()
  }
}

async function finish(command: Command, call: Call): Promise<number> {
  const { outcome, lines, json } = await command.run(call)
  if (call.flags.has('json') && Object.keys(json).length > 0) write(`${JSON.stringify(json)}\n`)
  else if (outcome === 'rejected') process.stderr.write(lines.map((line) => `${line}\n`).join(''))
  else write(lines.map((line) => `${line}\n`).join(''))
  return EXIT[outcome]
}

function walkFolder(argv: readonly string[]): string | undefined {
  if (argv.length !== 0 && argv.length !== 2)
    throw new UsageError('expected --data FOLDER; see --help')
  return argv[1]
}

function show(lines: readonly string[]): number {
  say(...lines)
  return EXIT.accepted
}

/**
 * A mistake of the user is told and ends in 2; whatever is broken ends in 3, under its stable code.
 */
function report(error: unknown): number {
  if (error instanceof Left) return EXIT.interrupted
  const isUsage = error instanceof UsageError
  const text =
    error instanceof KeystepError
      ? `${error.code}: ${error.message}`
      : error instanceof Error
        ? error.message
        : 'unknown error'
  process.stderr.write(`${text}\n`)
  return isUsage ? EXIT.usage : EXIT.operator
}
