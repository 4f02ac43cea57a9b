import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, { default?: string }> }

/** `./dist/stores/*.js` -> every file of `src/stores`, `./dist/otp/index.js` -> `src/otp/index.ts`: the doors are named in package.json alone. */
function sourcesOf(target: string): string[] {
  const source = target.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
  if (!source.endsWith('/*.ts')) return [source]
  const room = source.slice(0, -'/*.ts'.length)
  return readdirSync(room).filter((file) => file !== 'index.ts' && file !== 'record-store.ts').map((file) => `${room}/${file}`)
}

const sources = Object.values(exports).flatMap((door) => (door.default === undefined ? [] : sourcesOf(door.default)))
const entry = sources.filter((source) => existsSync(source)).map((source): [string, string] => [source.replace(/^src\/|\.ts$/g, ''), source])

// Splitting keeps every class single across doors, so that `instanceof` and private fields work whichever door it came through.
export default defineConfig({
  entry: Object.fromEntries(entry),
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  splitting: true,
  treeshake: true,
  clean: true,
  dts: { compilerOptions: { ignoreDeprecations: '6.0', stripInternal: true } },
})
