import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Plugin, rollup } from 'rollup'
import { defineConfig, type Options } from 'tsup'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, { default?: string }>
}

const OTP = 'otp/index.js'

/**
 * `./dist/stores/*.js` -> every file of `src/stores`, `./dist/otp/index.js` -> `src/otp/index.ts`:
 * the doors are named in package.json alone.
 */
function sourcesOf(target: string): string[] {
  const source = target.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
  if (!source.endsWith('/*.ts')) return [source]
  const room = source.slice(0, -'/*.ts'.length)
  return readdirSync(room)
    .filter((file) => file !== 'index.ts' && file !== 'record-store.ts')
    .map((file) => `${room}/${file}`)
}

const sources = Object.values(exports).flatMap((door) =>
  door.default === undefined ? [] : sourcesOf(door.default),
)
const entry = sources
  .filter((source) => existsSync(source))
  .map((source): [string, string] => [source.replace(/^src\/|\.ts$/g, ''), source])

/**
 * What the codes rest on is built in, at its pinned version: outside, it would be seven files more
 * to find and read at every start, which takes longer than all the rest. base32-decode is CommonJS,
 * and needs its one line that exports to be a module. LICENSE names them.
 */
const base32DecodeAsModule: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'base32-decode-as-module',
  setup: (build) =>
    build.onLoad({ filter: /node_modules\/base32-decode\/index\.js$/ }, ({ path }) => {
      const parts = readFileSync(path, 'utf8').split('module.exports = ')
      if (parts.length !== 2)
        throw new Error('base32-decode changed shape: look at it before it is built in')
      return { contents: parts.join('export default ') }
    }),
}

/**
 * SHA-512's 80 constants, split into words here and once: as `BigInt`, 64 bits each, they are a
 * tenth of a start, whether SHA-512 is used or not.
 */
const sha512ConstantsAsWords: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'sha512-constants-as-words',
  setup: (build) =>
    build.onLoad({ filter: /node_modules\/@noble\/hashes\/sha2\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      const parts = source.split(
        /\(\(\) => u64\.split\((\[['\s\w,]+\])\.map\(n => BigInt\(n\)\)\)\)\(\)/,
      )
      const constants = parts[1]?.match(/\b0x[\da-f]{16}\b/g)
      if (parts.length !== 3 || constants?.length !== 80)
        throw new Error('@noble/hashes/sha2.js changed shape: look at it before it is built in')
      const words = (from: number): string =>
        `Uint32Array.from([${constants.map((constant) => `0x${constant.slice(from, from + 8)}`).join(', ')}])`
      return {
        contents: `${parts[0]}[/* @__PURE__ */ ${words(2)}, /* @__PURE__ */ ${words(10)}]${parts[2]}`,
      }
    }),
}

/**
 * `keystep/otp` becomes one file with all that it rests on: a start pays about half a millisecond
 * for each. What the other doors need of it, it exports beside its public names, by single letters.
 * Only that door: whatever shares a file is harder to leave out of a bundle.
 */
async function mergeOtp(): Promise<void> {
  const files = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.js'),
  )
  const doors = files
    .filter((path) => !path.startsWith('chunk-') && path !== OTP)
    .map((path): [string, string] => [path.replace(/\.js$/, ''), `dist/${path}`])
  const chunks = Array.from(
    readFileSync(`dist/${OTP}`, 'utf8').matchAll(/'..\/(chunk-\w+\.js)'/g),
    ([, chunk]) => chunk!,
  )
  const floor = new Set([OTP, ...chunks].map((file) => resolve('dist', file)))
  const otpWithExtras: Plugin = {
    name: 'otp-with-extras',
    buildStart() {
      this.emitFile({
        type: 'chunk',
        id: `dist/${OTP}`,
        fileName: OTP,
        preserveSignature: 'allow-extension',
      })
    },
  }
  const bundle = await rollup({
    input: Object.fromEntries(doors),
    plugins: [otpWithExtras],
    external: [/^[^./]/],
    logLevel: 'silent',
  })
  for (const file of files) rmSync(`dist/${file}`)
  const manualChunks = (id: string): string | undefined => (floor.has(id) ? 'floor' : undefined)
  await bundle.write({
    dir: 'dist',
    chunkFileNames: 'chunk-[hash].js',
    hashCharacters: 'hex',
    hoistTransitiveImports: false,
    manualChunks,
  })
}

// Splitting keeps every class single across doors, so that `instanceof` and private fields work
// whichever door it came through.
export default defineConfig({
  entry: Object.fromEntries(entry),
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  noExternal: ['base32-decode', 'base32-encode', 'to-data-view', /^@noble\//],
  esbuildPlugins: [base32DecodeAsModule, sha512ConstantsAsWords],
  splitting: true,
  treeshake: true,
  clean: true,
  onSuccess: mergeOtp,
  dts: { compilerOptions: { ignoreDeprecations: '6.0', stripInternal: true } },
})
