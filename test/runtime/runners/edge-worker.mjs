import { cases } from '../suite/cases.ts'
import { report } from '../suite/report.ts'

/** Runs inside of edge-runtime. */
addEventListener('fetch', (event) =>
  event.respondWith(report(cases).then((found) => Response.json(found))),
)
