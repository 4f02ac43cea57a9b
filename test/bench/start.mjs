// `npm run bench:start`: what importing a package and making one code costs over an empty process.
// Whole processes in turn, in a new random order each time; medians of the differences to the empty
// process of the same turn. `--turns 200`. Writes results/start.json.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { describeMachine } from './machine.mjs'
import { median, shuffle } from './measure.mjs'

const PROGRAMS = ['empty', 'keystep', 'otplib', 'otpauth']
const { values } = parseArgs({ options: { turns: { type: 'string', default: '200' } } })
const turns = Number(values.turns)
const machine = describeMachine()

install()
for (const program of PROGRAMS) run(program)
const figures = []
for (let turn = 0; turn < turns; turn++)
  figures.push(Object.fromEntries(shuffle(PROGRAMS).map((program) => [program, run(program)])))

const codes = new Set(
  PROGRAMS.filter((program) => program !== 'empty').map((program) => figures[0][program].code),
)
if (codes.size !== 1) throw new Error('they disagree about the code')
const rows = PROGRAMS.filter((program) => program !== 'empty').map((program) => ({
  program,
  cpu: over(program, 'cpu'),
  wall: over(program, 'wall'),
}))

console.log(
  `${machine.date}, ${machine.cpu}, ${machine.node}; import and one code over an empty process, medians of ${turns} turns\n`,
)
for (const { program, cpu, wall } of rows)
  console.log(
    `${program.padEnd(10)} ${cpu.toFixed(2).padStart(7)} ms of CPU  ${wall.toFixed(2).padStart(7)} ms on the clock`,
  )
mkdirSync(new URL('results/', import.meta.url), { recursive: true })
writeFileSync(
  new URL('results/start.json', import.meta.url),
  `${JSON.stringify({ ...machine, turns, rows }, null, 2)}\n`,
)

const [ours, ...peers] = rows
if (peers.some(({ cpu }) => cpu <= ours.cpu)) {
  console.log('MISSED: keystep is not the first to start')
  process.exitCode = 1
}

/** The build where its peers are, so that all are found by name, as a portal finds them. */
function install() {
  const place = new URL('node_modules/keystep/', import.meta.url)
  rmSync(place, { recursive: true, force: true })
  for (const part of ['package.json', 'dist'])
    cpSync(new URL(`../../${part}`, import.meta.url), new URL(part, place), { recursive: true })
}

function over(program, measure) {
  return (
    Math.round(median(figures.map((turn) => turn[program][measure] - turn.empty[measure])) * 100) /
    100
  )
}

function run(program) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL(`start/${program}.mjs`, import.meta.url))],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}
