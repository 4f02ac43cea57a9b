// `node test/bench/page.mjs`: puts the last runs of `npm run bench` and `npm run bench:start` into
// docs/performance.md, between its markers, and draws the chart.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { drawChart } from './chart.mjs'

const results = (name) => new URL(`results/${name}.json`, import.meta.url)
const docs = (path) => new URL(`../../docs/${path}`, import.meta.url)
const read = (url) => JSON.parse(readFileSync(url, 'utf8'))

const speed = read(results('speed'))
const start = read(results('start'))
mkdirSync(docs('assets/'), { recursive: true })
copyFileSync(results('speed'), docs('assets/performance.json'))
writeFileSync(docs('assets/performance.svg'), drawChart(speed))

const page = readFileSync(docs('performance.md'), 'utf8')
writeFileSync(
  docs('performance.md'),
  fill(fill(page, 'speed', speedTables(speed)), 'start', startTable(start)),
)

function fill(text, name, content) {
  const pattern = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`)
  if (!pattern.test(text)) throw new Error(`docs/performance.md has no place for ${name}`)
  return text.replace(pattern, (_, open, close) => `${open}\n${content}\n\n${close}`)
}

function speedTables({ date, cpu, node, rounds, results }) {
  const goals = results.map(({ name, from, target, fastestPeer: { contender, ratio, quiet } }) => {
    const verdict =
      target === undefined ? '' : `${target} ${ratio >= target ? 'held' : '**missed**'}`
    return `| ${name} | ${from} | ${ratio.toFixed(2)} | ${quiet.toFixed(2)} | ${contender} | ${verdict} |`
  })
  const contenders = [
    ...new Set(results.flatMap(({ rows }) => rows.map(({ contender }) => contender))),
  ]
  const cell = ({ rows }, contender) =>
    rows.find((row) => row.contender === contender)?.nanoseconds.toLocaleString('en') ?? ''
  const figures = results.map(
    (result) =>
      `| ${result.name} (${result.from}) | ${contenders.map((contender) => cell(result, contender)).join(' | ')} |`,
  )
  return [
    `${date}, ${cpu}, ${node}: medians of \`npm run bench -- --rounds ${rounds}\`.`,
    '',
    '| work | from | times faster | in the quietest quarter | than | goal |',
    '|---|---|---|---|---|---|',
    ...goals,
    '',
    'Nanoseconds per operation:',
    '',
    `| work | ${contenders.join(' | ')} |`,
    `|---|${contenders.map(() => '---|').join('')}`,
    ...figures,
  ].join('\n')
}

function startTable({ date, cpu, node, turns, rows }) {
  const lines = rows.map(
    ({ program, cpu: spent, wall }) => `| ${program} | ${spent.toFixed(2)} | ${wall.toFixed(2)} |`,
  )
  return [
    `${date}, ${cpu}, ${node}: medians of \`npm run bench:start -- --turns ${turns}\`.`,
    '',
    '| package | ms of CPU | ms on the clock |',
    '|---|---|---|',
    ...lines,
  ].join('\n')
}
