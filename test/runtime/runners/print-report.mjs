/** Prints a report in the words of the runners that print for themselves. */
export function printReport({ passed, failures }) {
  for (const failure of failures) console.log(`failed: ${failure}`)
  console.log(`${passed} passed, ${failures.length} failed`)
  if (failures.length > 0 || passed === 0) process.exitCode = 1
}
