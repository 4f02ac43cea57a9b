import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { rollup } from 'rollup'
import { defineConfig, type Options } from 'tsup'

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

/**
 * What the codes rest on is built in, at its pinned version: outside, it would be seven files more to find and read at every start, which takes
 * longer than all the rest. base32-decode is CommonJS, and needs its one line that exports to be a module. LICENSE names them.
 */
const base32DecodeAsModule: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'base32-decode-as-module',
  setup: (build) =>
    build.onLoad({ filter: /node_modules\/base32-decode\/index\.js$/ }, ({ path }) => {
      const parts = readFileSync(path, 'utf8').split('module.exports = ')
      if (parts.length !== 2) throw new Error('base32-decode changed shape: look at it before it is built in')
      return { contents: parts.join('export default ') }
    }),
}

/**
 * What `keystep/otp` rests on becomes one file instead of five: a start pays about half a millisecond for each. Only that: whatever shares a
 * file is harder to leave out of a bundle.
 */
async function mergeFloor(): Promise<void> {
  const files = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'))
  const doors = files.filter((path) => !path.startsWith('chunk-')).map((path): [string, string] => [path.replace(/\.js$/, ''), `dist/${path}`])
  const floor = new Set(Array.from(readFileSync('dist/otp/index.js', 'utf8').matchAll(/'..\/(chunk-\w+\.js)'/g), ([, chunk]) => chunk))
  const bundle = await rollup({ input: Object.fromEntries(doors), external: [/^[^./]/], logLevel: 'silent' })
  for (const file of files) rmSync(`dist/${file}`)
  const manualChunks = (id: string): string | undefined => (floor.has(basename(id)) ? 'floor' : undefined)
  await bundle.write({ dir: 'dist', chunkFileNames: 'chunk-[hash].js', hashCharacters: 'hex', hoistTransitiveImports: false, manualChunks })
}

// Splitting keeps every class single across doors, so that `instanceof` and private fields work whichever door it came through.
export default defineConfig({
  entry: Object.fromEntries(entry),
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  noExternal: ['base32-decode', 'base32-encode', 'to-data-view', /^@noble\//],
  esbuildPlugins: [base32DecodeAsModule],
  splitting: true,
  treeshake: true,
  clean: true,
  onSuccess: mergeFloor,
  dts: { compilerOptions: { ignoreDeprecations: '6.0', stripInternal: true } },
})
