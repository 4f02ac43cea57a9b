// `npm run sizes` prints a row a door; `npm run sizes -- --write` keeps the figures that the tests
// compare with.
import { rmSync, writeFileSync } from 'node:fs'
import { installTarball } from './pack.ts'
import { bundle, measured } from './sizes.ts'

const consumer = installTarball()
const figures: Record<string, number> = {}
for (const [name, code] of measured(consumer)) figures[name] = (await bundle(code, consumer)).kB
rmSync(consumer, { recursive: true, force: true })

const width = Math.max(...Object.keys(figures).map((name) => name.length))
for (const [name, kB] of Object.entries(figures))
  console.log(`${name.padEnd(width)} ${kB.toFixed(1).padStart(6)} kB`)
if (process.argv.includes('--write')) {
  const file = new URL('sizes.json', import.meta.url)
  writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`)
}
