import { cases } from '../suite/cases.ts'

for (const { name, run } of cases) Deno.test(name, () => run())
