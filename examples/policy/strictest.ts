import type { Requirement } from 'keystep'

/** The strictest of several requirements: the one that begins first. Of none: `'optional'`. */
export function strictest(requirements: readonly Requirement[]): Requirement {
  return requirements.reduce(
    (strict, other) => (beginOf(other) < beginOf(strict) ? other : strict),
    'optional',
  )
}

function beginOf(requirement: Requirement): number {
  if (requirement === 'required') return -Infinity
  return requirement === 'optional' ? Infinity : requirement.from.getTime()
}
