// `npm run bench`: nanoseconds per operation of keystep and its peers, and how many times faster
// keystep is than each. `--rounds 60`, `--only parse` (pieces of work by name). Writes
// results/speed.json. Ends with 1 when a promised ratio was missed.
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { describeMachine } from './machine.mjs'
import { lowerQuartile, measure, median } from './measure.mjs'
import { contenders } from './contenders.mjs'
import { tasks } from './tasks.mjs'

const OURS = 'keystep'
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '60' }, only: { type: 'string', default: '' } },
})
const rounds = Number(values.rounds)
const machine = describeMachine()
console.log(
  `${machine.date}, ${machine.cpu}, ${machine.node}; medians of ${rounds} interleaved, shuffled rounds\n`,
)

const results = []
for (const task of tasks.filter(({ name }) => name.includes(values.only))) {
  const figures = await measure(task, contenders, rounds)
  results.push(summarize(task, figures))
  print(results.at(-1))
}
mkdirSync(new URL('results/', import.meta.url), { recursive: true })
writeFileSync(
  new URL('results/speed.json', import.meta.url),
  `${JSON.stringify({ ...machine, rounds, results }, null, 2)}\n`,
)

const missed = results.filter(
  ({ target, fastestPeer }) => target !== undefined && fastestPeer.ratio < target,
)
for (const { name, from, target, fastestPeer } of missed)
  console.log(
    `MISSED: ${name} (${from}): ${fastestPeer.ratio.toFixed(2)}, promised ${target}; in the quietest quarter ${fastestPeer.quiet.toFixed(2)}`,
  )
if (missed.length > 0) process.exitCode = 1

function summarize({ name, from, target }, figures) {
  const ours = figures[OURS]
  const rows = Object.entries(figures).map(([contender, theirs]) => ({
    contender,
    nanoseconds: Math.round(median(theirs)),
    // Of medians, as promised; `quiet` is that of the quarters in which the neighbors disturbed
    // least, and hardly moves between runs.
    ratio: round(median(theirs) / median(ours)),
    quiet: round(lowerQuartile(theirs) / lowerQuartile(ours)),
  }))
  const [fastest] = rows
    .filter(({ contender }) => contender !== OURS)
    .sort((a, b) => a.nanoseconds - b.nanoseconds)
  return {
    name,
    from,
    target,
    rows,
    fastestPeer: { contender: fastest.contender, ratio: fastest.ratio, quiet: fastest.quiet },
  }
}

function print({ name, from, target, rows, fastestPeer }) {
  const promised =
    target === undefined
      ? ''
      : `, promised ${target}: ${fastestPeer.ratio >= target ? 'held' : 'MISSED'}`
  console.log(
    `${name} (${{ built: 'from a pre-built key', bytes: 'from bytes', text: 'from text' }[from]}): ${fastestPeer.ratio.toFixed(2)} times ${fastestPeer.contender}${promised}`,
  )
  for (const { contender, nanoseconds, ratio, quiet } of rows) {
    console.log(
      `  ${contender.padEnd(20)} ${String(nanoseconds).padStart(9)} ns/op  ${ratio.toFixed(2).padStart(7)} x  (quiet ${quiet.toFixed(2)})`,
    )
  }
  console.log()
}

function round(ratio) {
  return Math.round(ratio * 100) / 100
}
