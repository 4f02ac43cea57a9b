import test from 'node:test'
import { cases } from '../suite/cases.ts'

for (const { name, run } of cases) test(name, () => run())
