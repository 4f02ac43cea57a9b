import type { Command, Source, Step } from './command.ts'
import type { Typed } from './codes.ts'
import { apply, keep, statusOf } from './model.ts'
import { resolve } from './resolve.ts'
import type { Rules } from './rules.ts'
import { type Answer, type Handles, newWorld, USERS, type World } from './world.ts'

/**
 * What one side tells of a command; `shown` is opaque here but for how much of each kind there is.
 */
export interface Told {
  result: unknown
  shown: { readonly [K in keyof Handles]?: readonly unknown[] }
  events: readonly string[]
  writes: number
}

/** The library, or whatever stands in for it. */
export interface Side {
  perform(command: Command): Promise<Told>
  keep(shown: Told['shown']): void
  status(user: string): Promise<unknown>
  /** Whether a code is, by no chance, also another one that counts now. */
  isPlain(typed: Typed): boolean
}

/** Sees every command with its answer; throws when an invariant is broken. */
export interface Watcher {
  saw(command: Command, told: Told, now: number, isRaced: boolean): void
  sawStatus(user: string, status: unknown): void
}

export class Disagreement extends Error {}

/**
 * The two sides live one history; returns how many commands it had. Several worlds are kept while a
 * race could have gone either way.
 */
export async function live(
  side: Side,
  rules: Rules,
  history: readonly Step[],
  watcher?: Watcher,
): Promise<number> {
  let worlds = [newWorld()]
  let count = 0
  for (const step of history) {
    if (step.do === 'both' && !isNearBudget(worlds[0]!, step.pair)) {
      worlds = await liveBoth(side, rules, worlds, step.pair, watcher)
      count += 2
    } else {
      for (const loose of step.do === 'both' ? step.pair : [step]) {
        worlds = await liveOne(side, rules, worlds, loose, watcher)
        count++
      }
    }
    const users = step.do === 'both' ? USERS : 'user' in step ? [step.user] : [USERS[0]]
    for (const user of users) worlds = await agreeOnStatus(side, rules, worlds, user, step, watcher)
  }
  return count
}

async function liveOne(
  side: Side,
  rules: Rules,
  worlds: World[],
  loose: Command<Source>,
  watcher?: Watcher,
): Promise<World[]> {
  const command = resolve(worlds[0]!, loose, (typed) => side.isPlain(typed))
  const told = await side.perform(command)
  side.keep(told.shown)
  const answers = worlds.map((world) => {
    const answer = apply(world, rules, command)
    keep(world.handles, answer.shown)
    return { world, answer }
  })
  const left = answers.filter(({ answer }) => textOf(told, true) === textOf(answer, true))
  if (left.length === 0)
    disagree(
      command,
      textOf(told, true),
      answers.map(({ answer }) => textOf(answer, true)),
    )
  watcher?.saw(command, told, left[0]!.world.now, false)
  return left.map(({ world }) => world)
}

/** Two at the same time: what came of them is what one of the two orders gives. */
async function liveBoth(
  side: Side,
  rules: Rules,
  worlds: World[],
  pair: readonly Command<Source>[],
  watcher?: Watcher,
): Promise<World[]> {
  const [a, b] = pair.map((loose) =>
    unfailing(resolve(worlds[0]!, loose, (typed) => side.isPlain(typed))),
  ) as [Command, Command]
  const [toldA, toldB] = await Promise.all([side.perform(a), side.perform(b)])
  side.keep(toldA.shown)
  side.keep(toldB.shown)
  const told = textOf(toldA) + textOf(toldB)
  const possible = worlds.flatMap((world) => [
    inOrder(world, rules, a, b, false),
    inOrder(world, rules, a, b, true),
  ])
  const left = possible.filter(({ answers }) => textOf(answers[0]) + textOf(answers[1]) === told)
  if (left.length === 0)
    disagree(
      [a, b],
      told,
      possible.map(({ answers }) => textOf(answers[0]) + textOf(answers[1])),
    )
  for (const [command, one] of [
    [a, toldA],
    [b, toldB],
  ] as const)
    watcher?.saw(command, one, worlds[0]!.now, true)
  return [...new Map(left.map(({ world }) => [JSON.stringify(world), world])).values()]
}

const IDS_EACH = 1000

function inOrder(
  before: World,
  rules: Rules,
  a: Command,
  b: Command,
  reversed: boolean,
): { world: World; answers: [Answer, Answer] } {
  const world = structuredClone(before)
  const run = (command: Command): Answer => {
    world.ids = before.ids + (command === a ? 0 : IDS_EACH)
    return apply(world, rules, command)
  }
  const first = run(reversed ? b : a)
  const second = run(reversed ? a : b)
  const answers: [Answer, Answer] = reversed ? [second, first] : [first, second]
  for (const { shown } of answers) keep(world.handles, shown)
  world.ids = before.ids + 2 * IDS_EACH
  for (const record of Object.values(world.users)) record?.spent.sort((x, y) => x - y)
  return { world, answers }
}

function unfailing(command: Command): Command {
  return 'fails' in command ? { ...command, fails: false } : command
}

/**
 * Two messages at once for a number that is almost out: which of two limits is told depends on more
 * than the order.
 */
function isNearBudget({ budgets, now }: World, pair: readonly Command<Source>[]): boolean {
  const isSend = (command: Command<Source>): boolean =>
    command.do === 'sms.send' || command.do === 'sms.enroll'
  return (
    pair.every(isSend) &&
    Object.values(budgets).some(
      (sentAt) => sentAt.length >= 18 || sentAt.filter((at) => at > now - 3_600_000).length >= 8,
    )
  )
}

async function agreeOnStatus(
  side: Side,
  rules: Rules,
  worlds: World[],
  user: string,
  step: Step,
  watcher?: Watcher,
): Promise<World[]> {
  const told = await side.status(user)
  const text = canonical(told)
  const left = worlds.filter((world) => canonical(statusOf(world, rules, user)) === text)
  if (left.length === 0)
    disagree(
      { status: user, after: step },
      text,
      worlds.map((world) => canonical(statusOf(world, rules, user))),
    )
  watcher?.sawStatus(user, told)
  return left
}

function disagree(command: unknown, told: string, expected: string[]): never {
  throw new Disagreement(
    `${JSON.stringify(command)}\n  is:     ${told}\n  should: ${[...new Set(expected)].join('\n      or: ')}`,
  )
}

/** Parallel calls try their writes more than once, so only a lone call's are compared. */
function textOf({ result, shown, events, writes }: Told | Answer, withWrites = false): string {
  const kinds = Object.entries(shown).map(([kind, things]) => [kind, (things as unknown[]).length])
  return canonical({
    result,
    shown: Object.fromEntries(kinds),
    events,
    ...(withWrites && { writes }),
  })
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1)))
      : part,
  )
}
