// Counts vitest's JSON report into one plain line, after the names of failed and skipped tests.
import { readFileSync } from 'node:fs'

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const tests = testResults.flatMap((file) => file.assertionResults)
const named = (status) => tests.filter((test) => test.status === status)
// A file that breaks before its first test has no failed test to count, and must not look like
// success.
const brokenFiles = testResults.filter(
  (file) =>
    file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
)

const passed = named('passed').length
const failures = [
  ...named('failed').map((test) => test.fullName),
  ...brokenFiles.map((file) => file.name),
]
const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed')

for (const name of failures) console.log(`failed: ${name}`)
for (const test of skipped) console.log(`skipped: ${test.fullName}`)
console.log(`${passed} passed, ${failures.length} failed, ${skipped.length} skipped`)
if (failures.length > 0 || passed === 0) process.exitCode = 1
