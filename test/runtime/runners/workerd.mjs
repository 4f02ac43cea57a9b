import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { printReport } from './print-report.mjs'

/**
 * `node workerd.mjs [compatibility flag...]`, with miniflare in the folder that KEYSTEP_PACKAGE
 * names.
 */
const { Miniflare } = createRequire(`${process.env.KEYSTEP_PACKAGE}/`)('miniflare')
const miniflare = new Miniflare({
  modules: true,
  script: readFileSync(new URL('worker.bundle.js', import.meta.url), 'utf8'),
  compatibilityDate: '2026-01-01',
  compatibilityFlags: process.argv.slice(2),
})
try {
  const response = await miniflare.dispatchFetch('http://worker/')
  if (!response.ok) throw new Error(await response.text())
  printReport(await response.json())
} finally {
  await miniflare.dispose()
}
