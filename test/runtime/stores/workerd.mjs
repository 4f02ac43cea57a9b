import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/**
 * Runs worker.mjs in workerd: `node workerd.mjs ENGINE`, with miniflare in the folder that
 * KEYSTEP_PACKAGE names.
 */
const { Miniflare } = createRequire(`${process.env.KEYSTEP_PACKAGE}/`)('miniflare')
const [engine = 'd1', backend = 'sql'] = process.argv[2]?.split(':') ?? []

const miniflare = new Miniflare({
  modules: true,
  script: readFileSync(new URL('worker.bundle.js', import.meta.url), 'utf8'),
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
  for (const { name, outcome, words } of results)
    console.log(`${outcome} ${name}${words ? `: ${words}` : ''}`)
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
  if (count('failed') > 0 || count('passed') === 0) process.exitCode = 1
} finally {
  await miniflare.dispose()
}
