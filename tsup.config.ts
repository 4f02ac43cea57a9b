import { existsSync, readdirSync, readFileSync } from 'node:fs'
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
 * base32-decode is CommonJS; left outside, every bundle of a consumer would pay 300 bytes (gzip) for reaching one function of it. It is built
 * in, unchanged but for the one line that exports it; LICENSE names it.
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

// Splitting keeps every class single across doors, so that `instanceof` and private fields work whichever door it came through.
export default defineConfig({
  entry: Object.fromEntries(entry),
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  noExternal: ['base32-decode'],
  esbuildPlugins: [base32DecodeAsModule],
  splitting: true,
  treeshake: true,
  clean: true,
  dts: { compilerOptions: { ignoreDeprecations: '6.0', stripInternal: true } },
})
