import { cases } from '../suite/cases.ts'
import { report } from '../suite/report.ts'

/** Runs inside of a browser, and tells the server that the page came from. */
await fetch('/report', { method: 'POST', body: JSON.stringify(await report(cases)) })
