import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Runs worker.mjs in workerd by miniflare, which is installed outside of the project, where run.ts says: `node workerd.mjs ENGINE`. */
const require = createRequire(`${process.env.KEYSTEP_DRIVERS ?? process.cwd()}/`)
const { Miniflare } = require('miniflare')
const [engine = 'd1', backend = 'sql'] = process.argv[2]?.split(':') ?? []

const bundle = await build({
  entryPoints: [fileURLToPath(new URL('worker.mjs', import.meta.url))],
  bundle: true,
  format: 'esm',
  write: false,
  conditions: ['workerd', 'worker'],
  external: ['node:*', 'cloudflare:*'],
})
const miniflare = new Miniflare({
  modules: true,
  script: bundle.outputFiles[0].text,
  compatibilityDate: '2026-01-01',
  compatibilityFlags: ['nodejs_compat'],
  d1Databases: ['DB'],
  durableObjects: { BOX: { className: 'Box', useSQLite: backend === 'sql' } },
  bindings: {
    POSTGRES_URL: process.env.KEYSTEP_TEST_POSTGRES_URL ?? 'postgres://root@127.0.0.1:5432/test',
    TABLE: `keystep_test_${randomBytes(6).toString('hex')}`,
  },
})
try {
  const response = await miniflare.dispatchFetch(`http://worker/${engine}`)
  if (!response.ok) throw new Error(await response.text())
  const results = await response.json()
  const count = (outcome) => results.filter((result) => result.outcome === outcome).length
  for (const { name, outcome, words } of results) console.log(`${outcome} ${name}${words ? `: ${words}` : ''}`)
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
  if (count('failed') > 0 || count('passed') === 0) process.exitCode = 1
} finally {
  await miniflare.dispose()
}
