import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const src = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^keystep$/, replacement: src('index.ts') },
      { find: /^keystep\/stores\/(.+)$/, replacement: src('stores/$1.ts') },
      { find: /^keystep\/(.+)$/, replacement: src('$1/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // By default one core is left out, which is half of a small machine.
    maxWorkers: '100%',
  },
})
