import { cases } from '../suite/cases.ts'
import { report } from '../suite/report.ts'

/** Runs inside of workerd. */
export default { fetch: async () => Response.json(await report(cases)) }
