import { readdirSync } from 'node:fs'
import { defineConfig } from 'tsup'

const doors = ['otp', 'qr', 'backup-codes', 'stores', 'testing'].map((room) => [`${room}/index`, `src/${room}/index.ts`])
const stores = readdirSync('src/stores')
  .filter((file) => file !== 'index.ts' && file !== 'record-store.ts')
  .map((file) => [`stores/${file.replace(/\.ts$/, '')}`, `src/stores/${file}`])

// Splitting keeps every class single across doors, so that `instanceof` and private fields work whichever door it came through.
export default defineConfig({
  entry: { index: 'src/index.ts', ...Object.fromEntries([...doors, ...stores]) },
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  splitting: true,
  treeshake: true,
  clean: true,
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
})
