import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../../..', import.meta.url))

export default {
  serverExternalPackages: ['libsql'], // native code is not bundled
  // For this repository alone: keystep is its sources, and what is built lies beside what is
  // installed.
  turbopack: { root: repository },
  distDir: '../node_modules/.cache/next',
}
