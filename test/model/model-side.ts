import type { Side } from './agree.ts'
import { apply, keep, statusOf } from './model.ts'
import type { Rules } from './rules.ts'
import { newWorld } from './world.ts'

/**
 * The model in the library's place: what tells two sets of rules apart here tells a flaw in the
 * library from the plan, without the cryptography.
 */
export function modelSide(rules: Rules): Side {
  const world = newWorld()
  return {
    perform: (command) => Promise.resolve(apply(world, rules, command)),
    keep: (shown) => keep(world.handles, shown as Parameters<typeof keep>[1]),
    status: (user) => Promise.resolve(statusOf(world, rules, user)),
    isPlain: () => true,
  }
}
