// `npm run test:races`: every race on every engine that is here, as the table that docs/stores.md
// quotes.
import { engines, isHere } from './engines.ts'
import { PROCESSES, type Row, runRaces } from './run-races.ts'
import { attacks, honest } from './scenarios.ts'

const HEAD = ['engine', 'race', 'processes', 'attempts', 'accepted', 'verdicts', 'budget'] as const
const NAMES = {
  sqlite: 'SQLite (WAL file)',
  postgres: 'Postgres',
  mariadb: 'MariaDB',
  redis: 'Redis',
  etcd: 'etcd',
  dynamo: 'DynamoDB (dynalite)',
}

const print = (cells: readonly (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`)
const printRow = (store: string, row: Row): void =>
  print([
    store,
    row.race,
    PROCESSES,
    row.attempts,
    `${row.accepted} of ${row.mayBeAccepted}`,
    row.verdicts,
    row.budget,
  ])

print(HEAD)
print(HEAD.map(() => '---'))
for (const engine of engines) {
  if (!(await isHere(engine))) continue
  for await (const row of runRaces(engine, [...attacks, ...honest])) {
    printRow(NAMES[engine], row)
    if (row.findings.length > 0) process.exitCode = 1
    for (const finding of row.findings) console.error(`  ${engine}, ${row.race}: ${finding}`)
  }
}
console.log('\nThe control, a store that checks and then writes: this must go wrong.\n')
print(HEAD)
print(HEAD.map(() => '---'))
for (const engine of engines) {
  if (!(await isHere(engine))) continue
  for await (const row of runRaces(engine, attacks, true)) {
    printRow(`${NAMES[engine]}, control`, row)
    if (row.findings.length === 0) process.exitCode = 1
  }
}
