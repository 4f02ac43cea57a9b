import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { printReport } from './print-report.mjs'

const { EdgeRuntime } = createRequire(`${process.env.KEYSTEP_PACKAGE}/`)('edge-runtime')
const runtime = new EdgeRuntime({
  initialCode: readFileSync(new URL('edge-worker.bundle.js', import.meta.url), 'utf8'),
})
const response = await runtime.dispatchFetch('http://edge/')
await response.waitUntil()
printReport(await response.json())
