import type { TwoFactor } from 'keystep'
import { describe, expect, it } from 'vitest'
import { readWords } from './fences.ts'

type Room = {
  [R in keyof TwoFactor]: TwoFactor[R] extends (...args: never[]) => unknown ? never : R
}[keyof TwoFactor]
type NameOf<R extends string, C extends string, F> = F extends (...args: never[]) => unknown
  ? `${R}.${C}`
  : never
type Calls = {
  [R in Room]: {
    [C in keyof TwoFactor[R] & string as NameOf<R, C, TwoFactor[R][C]>]: TwoFactor[R][C]
  }
}[Room]
type Together<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void
  ? I
  : never
type AnswerOf<R> = R extends { outcome: 'rejected'; reason: infer A }
  ? A
  : R extends { outcome: infer A } | { next: infer A }
    ? A
    : never
type Answers<F> = F extends (...args: never[]) => infer R
  ? Extract<AnswerOf<Awaited<R>>, string>
  : never
type Contract = Together<Calls>
/** What an operator's script calls is told in the guides on keys and on moving. */
type OfPortals = Exclude<keyof Contract, `maintenance.${string}` | `${string}.import`>

const all = <A extends string>(...answers: A[]): readonly A[] => answers
const codes = all(
  'wrong_code',
  'already_used',
  'locked',
  'exhausted',
  'expired',
  'malformed_code',
  'factor_unavailable',
)

/**
 * Every answer of every call: the compiler refuses one that cannot come, and `Missing` one that is
 * left out.
 */
const answers = {
  'login.begin': all('proceed', 'challenge', 'enroll'),
  'login.verify': all('accepted', 'enroll', ...codes),
  'stepUp.begin': all('proceed', 'challenge', 'confirm_first_factor'),
  'stepUp.verify': all('accepted', ...codes),
  'stepUp.check': all('accepted', 'expired'),
  'totp.enroll': all('accepted', 'expired', 'limit_reached'),
  'totp.pending': all('accepted', 'expired'),
  'totp.confirm': all(
    'accepted',
    'wrong_code',
    'malformed_code',
    'expired',
    'already_used',
    'limit_reached',
    'clock_off',
  ),
  'sms.enroll': all(
    'accepted',
    'too_soon',
    'locked',
    'exhausted',
    'expired',
    'malformed_number',
    'number_refused',
  ),
  'sms.confirm': all('accepted', ...codes),
  'sms.send': all('accepted', 'too_soon', 'locked', 'exhausted', 'expired', 'factor_unavailable'),
  'backupCodes.regenerate': all('accepted', 'expired', 'not_found'),
  'devices.revoke': all('accepted', 'not_found'),
  'devices.revokeAll': all('accepted'),
  'factors.rename': all('accepted', 'not_found'),
  'factors.remove': all('accepted', 'expired', 'not_found', 'required'),
  'factors.removeAll': all('accepted', 'expired', 'not_found', 'required'),
  'recovery.issueSupportCode': all('accepted', 'not_found'),
  'recovery.reset': all('accepted'),
  'recovery.unlock': all('accepted', 'not_found'),
  'recovery.passwordChanged': all('accepted'),
  'sessions.check': all('accepted', 'ended'),
} satisfies { [C in OfPortals]: readonly Answers<Contract[C]>[] }

type Missing = {
  [C in OfPortals]: Exclude<Answers<Contract[C]>, (typeof answers)[C][number]>
}[OfPortals]
const complete: [Missing] extends [never] ? true : Missing = true

/** Answers of the type that never come: a number is proven by its code alone. */
const never: Readonly<Record<string, readonly string[]>> = { 'sms.confirm': ['factor_unavailable'] }
/** Beside `proceed`: why. */
const because = ['not_enrolled', 'recently_verified', 'remembered_device']

/**
 * The answers that the tables of the page list for each call; an empty first cell goes on with the
 * calls above it.
 */
function listed(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  let calls: string[] = []
  for (const row of readWords('docs/flow.md')
    .split('\n')
    .filter((line) => /^\| (`\w+\.\w+`|\| `)/.test(line))) {
    const [call = '', cell = ''] = row.slice(1).split('|')
    const names = (text: string): string[] =>
      [...text.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!)
    if (call.trim() !== '') calls = names(call)
    for (const name of calls)
      found.set(
        name,
        new Set([
          ...(found.get(name) ?? []),
          ...names(cell).filter((answer) => !because.includes(answer)),
        ]),
      )
  }
  return found
}

describe('docs/flow.md', () => {
  it('lists every answer of every call, and no other', () => {
    const sorted = (entries: Iterable<[string, Iterable<string>]>): [string, string[]][] =>
      [...entries].map(([call, names]): [string, string[]] => [call, [...names].sort()]).sort()
    const expected = Object.entries(answers).map(([call, names]): [string, string[]] => [
      call,
      names.filter((name) => !never[call]?.includes(name)),
    ])
    expect(sorted(listed())).toEqual(sorted(expected))
    expect(complete).toBe(true)
  })

  it('draws each of the six conversations', () => {
    const text = readWords('docs/flow.md')
    expect(text.match(/^```mermaid\nsequenceDiagram$/gm)).toHaveLength(6)
    // To Mermaid a semicolon ends a message and a hash begins an entity: either breaks the drawing.
    expect(
      text.split('\n').filter((line) => /^\s+\w+--?>>/.test(line) && /[;#]/.test(line)),
    ).toEqual([])
  })
})
