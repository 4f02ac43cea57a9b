import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, { default?: string }>
}

/**
 * `./dist/stores/*.js` is every file of `src/stores`, `./dist/otp/index.js` is `src/otp/index.ts`:
 * the doors are named in package.json alone.
 */
function sourcesOf(target: string): string[] {
  const source = target.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
  if (!source.endsWith('/*.ts')) return [source]
  const room = source.slice(0, -'/*.ts'.length)
  const files = readdirSync(room).filter((file) => !['index.ts', 'record-store.ts'].includes(file))
  return files.map((file) => `${room}/${file}`)
}

const doors = Object.values(exports).flatMap(({ default: target }) =>
  target === undefined ? [] : sourcesOf(target),
)

// Chunks are shared between doors, so that a class is one class whichever door it came through:
// `instanceof` and private fields depend on it. Dependencies stay outside.
export default defineConfig({
  entry: Object.fromEntries(doors.map((source) => [source.replace(/^src\/|\.ts$/g, ''), source])),
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  splitting: true,
  treeshake: true,
  sourcemap: true,
  clean: true,
  dts: { compilerOptions: { ignoreDeprecations: '6.0', stripInternal: true } },
})
