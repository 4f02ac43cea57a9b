import fc from 'fast-check'
import type { Command, Source, Step } from './command.ts'
import { MANAGE } from './tokens.ts'
import { USERS } from './world.ts'

type Loose = Command<Source>
type Gen<T> = fc.Arbitrary<T>
const one = <T>(...values: T[]): Gen<T> => fc.constantFrom(...values)
const fixed = <T>(value: T): Gen<T> => fc.constant(value)
function weighted<T>(...choices: [weight: number, gen: Gen<T>][]): Gen<T> {
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })))
}

/** One kind of command, its inputs drawn independently. */
function call(name: Loose['do'], inputs: Record<string, Gen<unknown>>): Gen<Loose> {
  return fc.record({ do: fixed(name), ...inputs }) as Gen<Loose>
}

const NUMBERS = [
  '+4915112345678',
  '+4915112345678',
  '+436641234567',
  '+436647654321',
  '+19005550100',
  'no number',
]
const user = one<string>(USERS[0], USERS[0], USERS[0], USERS[0], USERS[1], USERS[2])
const session = weighted([12, fixed('s1')], [1, fixed('s2')])
const purpose = weighted([4, fixed(MANAGE)], [1, fixed('dns.change')])
const back = weighted([8, fixed(0)], [2, fc.nat(2)], [1, fc.nat(12)])
const rarely = weighted([9, fixed(false)], [1, fixed(true)])
const half = one(true, false)
const offset = weighted(
  [10, fixed(0)],
  [4, one(-1, 1)],
  [2, one(-2, 2, -3, 3)],
  [1, fc.integer({ min: -12, max: 12 })],
)
const kind = weighted(
  [12, fixed(undefined)],
  [1, one('totp', 'sms', 'backup_code', 'support_code')],
)

const taken = (from: Source['from'], pick: Gen<number> = back): Gen<Source> =>
  fc.record({
    from: fixed(from),
    pick,
    offset,
    n: fc.nat(3),
    digits: weighted([8, fixed(6)], [1, fixed(8)]),
  })
const right = taken('mine', fc.nat(3))
const source = weighted(
  [10, right],
  [2, taken('totp')],
  [4, taken('sms')],
  [4, taken('backup')],
  [2, taken('support')],
  [4, taken('wrong')],
  [1, taken('wrong_backup')],
  [1, taken('wrong_support')],
  [1, taken('garbage')],
)

const begin = call('login.begin', {
  user,
  device: weighted([5, fixed(null)], [2, back]),
  expects: rarely,
})
const verify = (code: Gen<Source>, remember: Gen<boolean> = rarely): Gen<Loose> =>
  call('login.verify', { challenge: back, code, factor: kind, remember })
const stamp = weighted<number | null>([2, fixed(null)], [3, back])
const ago = one(0, 0, 60, 599, 600, -60)
const stepUp = (what: Gen<string> = purpose): Gen<Loose> =>
  call('stepUp.begin', {
    user,
    session,
    purpose: what,
    passwordAgo: weighted([4, ago], [1, fixed(null)]),
    verified: weighted(
      [2, fixed(null)],
      [1, fc.record({ assurance: one('mfa', 'remembered', 'password'), ago })],
    ),
    stamp,
  })
const proveStepUp = (code: Gen<Source> = source): Gen<Loose> =>
  call('stepUp.verify', { challenge: back, session, code, factor: kind })
const permit = { permit: back, session }
const check = call('stepUp.check', { ...permit, user, purpose, stamp })
const checkSession = call('sessions.check', { user, stamp })
const enrollTotp = call('totp.enroll', { ...permit })
const confirmTotp = (code: Gen<Source>): Gen<Loose> =>
  call('totp.confirm', { enrollment: back, session, code })
const enrollSms = call('sms.enroll', {
  ...permit,
  number: one(...NUMBERS),
  backup: half,
  fails: rarely,
})
const confirmSms = (code: Gen<Source>): Gen<Loose> =>
  call('sms.confirm', { enrollment: back, session, code })
const send = call('sms.send', {
  challenge: back,
  session,
  to: weighted([3, fixed('primary')], [1, fixed('backup')]),
  fails: rarely,
})
const regenerate = call('backupCodes.regenerate', { ...permit })
const remove = call('factors.remove', {
  ...permit,
  factor: weighted<number | 'all'>([3, back], [1, fixed('all')]),
})
const byUser = (name: Loose['do']): Gen<Loose> => call(name, { user })
const importTotp = call('totp.import', {
  user,
  key: weighted([2, fixed(-1)], [1, back]),
  digits: one(6, 6, 8),
  floor: one(null, -2, 0, 1, 100),
})
const importSms = call('sms.import', { user, number: one(...NUMBERS), backup: half })
const rename = call('factors.rename', { user, factor: back })
const revoke = call('devices.revoke', {
  user,
  device: weighted<number | 'all'>([3, fc.nat(2)], [1, fixed('all')]),
})
const policy = call('policy', {
  user,
  policy: one<unknown>('optional', 'optional', 'required', { inDays: 1 }),
})
const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const spans = weighted(
  [8, one(1, 30, 30, 30, 60)],
  [4, one(4 * MINUTE, 299, 300, 9 * MINUTE, 600)],
  [3, one(HOUR - 1, HOUR, 2 * HOUR)],
  [3, one(DAY - 1, DAY, 12 * HOUR)],
  [2, one(30 * DAY - 1, 30 * DAY, 31 * DAY)],
  [1, one(-30, -4 * MINUTE, -300)],
  [1, one(-301, -HOUR, -DAY)],
)
const clock = (seconds: Gen<number | 'unlocked'>): Gen<Loose> => call('clock', { seconds, user })

const single = weighted<Loose>(
  [4, begin],
  [6, verify(source, half)],
  [3, stepUp()],
  [4, proveStepUp()],
  [3, check],
  [2, checkSession],
  [2, enrollTotp],
  [3, confirmTotp(source)],
  [2, enrollSms],
  [3, confirmSms(source)],
  [4, send],
  [1, regenerate],
  [2, remove],
  [1, byUser('recovery.issueSupportCode')],
  [1, byUser('recovery.passwordChanged')],
  [1, byUser('recovery.reset')],
  [1, byUser('recovery.unlock')],
  [1, byUser('maintenance.erase')],
  [1, importTotp],
  [1, importSms],
  [1, rename],
  [1, revoke],
  [1, policy],
  [1, byUser('imported')],
  [6, clock(spans)],
)
/**
 * What can run at the same time as another: all but what moves the world, and what is two calls of
 * the library.
 */
const racing = single.filter(
  (command) =>
    !['clock', 'policy', 'imported'].includes(command.do) &&
    !(command.do === 'devices.revoke' && command.device !== 'all') &&
    !(command.do === 'login.begin' && command.device !== null),
)
const both = fc.tuple(racing, racing).map((pair): Step => ({ do: 'both', pair }))

const row = (...gens: Gen<Step>[]): Gen<Step[]> => fc.tuple(...gens)
const later = clock(one(30, 60))
const newest = (from: Source['from']): Gen<Source> => taken(from, fixed(0))
const onTime = right.map((code) => ({ ...code, offset: 0 }))
const change = fc.oneof(
  row(regenerate),
  row(remove),
  row(enrollTotp, confirmTotp(onTime)),
  row(enrollTotp, enrollTotp, confirmTotp(onTime), confirmTotp(onTime)),
  row(enrollSms, confirmSms(newest('sms'))),
  row(remove, regenerate),
  row(check, remove),
)
const permitted = fc
  .tuple(row(later, stepUp(fixed(MANAGE)), proveStepUp(onTime)), change)
  .map((parts) => parts.flat())
const texted = fc
  .tuple(row(later, stepUp(fixed(MANAGE)), send, proveStepUp(newest('sms'))), change)
  .map((parts) => parts.flat())
const firstApp = row(stepUp(fixed(MANAGE)), enrollTotp, confirmTotp(onTime))
const firstNumber = row(stepUp(fixed(MANAGE)), enrollSms, confirmSms(newest('sms')))
const required = row(policy, begin, enrollTotp, confirmTotp(onTime))
const login = row(later, begin, verify(source, half))
const textedLogin = row(later, begin, send, verify(newest('sms')))
const supported = row(
  byUser('recovery.issueSupportCode'),
  begin,
  verify(newest('support')),
  fc.oneof(enrollTotp, enrollSms),
  fc.oneof(confirmTotp(onTime), confirmSms(newest('sms'))),
)
const devices = fc
  .array(row(later, begin, verify(onTime, fixed(true)), begin), { minLength: 1, maxLength: 5 })
  .map((rows) => rows.flat())
const messages = fc
  .array(row(begin, send, clock(one(29, 30, 31))), { minLength: 2, maxLength: 12 })
  .map((rows) => rows.flat())
const race = (pair: Gen<[Loose, Loose]>): Gen<Step> =>
  pair.map((two): Step => ({ do: 'both', pair: two }))
const twice = (gen: Gen<Loose>): Gen<Step> => race(gen.map((command) => [command, command]))
const races = fc.oneof(
  row(later, begin, twice(verify(onTime))),
  row(begin, twice(verify(newest('backup')))),
  row(later, begin, begin, race(fc.tuple(verify(onTime), verify(source)))),
  row(
    later,
    stepUp(fixed(MANAGE)),
    proveStepUp(onTime),
    race(fc.tuple(fc.oneof(remove, regenerate), fc.oneof(remove, regenerate))),
  ),
  row(stepUp(fixed(MANAGE)), enrollTotp, twice(confirmTotp(onTime))),
  row(begin, twice(send)),
  row(both),
)
/**
 * Most chapters are about one user, and many go as they should: one session, the newest token, a
 * fresh password.
 */
const ofOne = (gen: Gen<Step[]>): Gen<Step[]> =>
  fc
    .tuple(user, weighted([5, fixed(true)], [1, fixed(false)]), half, gen)
    .map(([whom, alike, smooth, steps]) =>
      steps.map((step) => each(step, (command) => settleOn(command, alike ? whom : null, smooth))),
    )

function each(step: Step, change: (command: Loose) => Loose): Step {
  return step.do === 'both'
    ? { ...step, pair: [change(step.pair[0]), change(step.pair[1])] }
    : change(step)
}

const SMOOTH: Readonly<Record<string, unknown>> = {
  session: 's1',
  passwordAgo: 0,
  permit: 0,
  enrollment: 0,
  expects: false,
}

function settleOn(command: Loose, whom: string | null, smooth: boolean): Loose {
  const changed: Record<string, unknown> = { ...command }
  if (whom !== null && 'user' in command) changed['user'] = whom
  if (!smooth) return changed as unknown as Loose
  for (const [field, value] of Object.entries(SMOOTH)) if (field in changed) changed[field] = value
  if (command.do.endsWith('verify')) changed['factor'] = undefined
  if (changed['challenge'] === 1) changed['challenge'] = 0
  return changed as unknown as Loose
}

/** Guessing, lock after lock. */
const guess = (from: Source['from']): Gen<Step[]> =>
  row(
    clock(fixed('unlocked')),
    begin,
    call('login.verify', {
      challenge: fixed(0),
      code: newest(from).map((code) => ({ ...code, digits: 6 })),
      remember: fixed(false),
    }),
  )
const guesses = (n: number, from: Source['from']): Gen<Step[]> =>
  fc.array(guess(from), { minLength: n, maxLength: n }).map((rows) => rows.flat())
const imported = byUser('imported')
const storm = (least: number, most: number): Gen<Step[]> =>
  fc
    .tuple(
      fc.integer({ min: least, max: most }),
      one<Source['from']>('wrong', 'wrong', 'wrong_backup'),
    )
    .chain(([n, from]) =>
      from === 'wrong'
        ? guesses(n, from)
        : fc.tuple(row(imported), guesses(n, from)).map((rows) => rows.flat()),
    )
/** Wrong codes of keystep's making while digits are locked, and a right one among them. */
const beside = fc
  .tuple(
    guesses(5, 'wrong'),
    row(
      begin,
      verify(newest('wrong_backup')),
      verify(newest('wrong_support')),
      begin,
      verify(newest('backup')),
      begin,
      verify(newest('wrong_backup')),
    ),
  )
  .map((rows) => rows.flat())
const inTime = row(clock(fixed('unlocked')), begin, verify(onTime))
const book = (...parts: Gen<Step[]>[]): Gen<Step[]> =>
  ofOne(fc.tuple(...parts).map((rows) => rows.flat()))
const saved = row(begin, verify(newest('backup')))

const importOf = (number: string, backup = false): Gen<Step> =>
  call('sms.import', { user, number: fixed(number), backup: fixed(backup) })

/** Corners that chance alone seldom reaches. */
const corners = weighted(
  [
    1,
    // New codes give the counter of imported ones a new start, which the next import shows.
    book(
      firstApp,
      row(imported),
      guesses(4, 'wrong_backup'),
      row(later, stepUp(fixed(MANAGE)), proveStepUp(onTime), regenerate, imported),
      guesses(2, 'wrong_backup'),
    ),
  ],
  [
    1,
    book(
      firstApp,
      row(byUser('imported')),
      guesses(3, 'wrong_backup'),
      row(later, stepUp(fixed(MANAGE)), proveStepUp(onTime), regenerate, byUser('imported')),
      guesses(2, 'wrong_backup'),
    ),
  ],
  [
    1,
    book(
      firstApp,
      row(
        enrollTotp,
        confirmTotp(
          right.chain((code) =>
            one(-11, -10, -9, 9, 10, 11).map((steps) => ({ ...code, offset: steps })),
          ),
        ),
      ),
    ),
  ],
  [
    1,
    book(
      firstApp,
      row(
        call('stepUp.begin', {
          user,
          session,
          purpose: fixed('dns.change'),
          passwordAgo: fixed(0),
          verified: fc.record({ assurance: one('mfa', 'remembered'), ago: fixed(0) }),
          stamp,
        }),
        check,
      ),
    ),
  ],
  [1, book(row(byUser('recovery.issueSupportCode'), stepUp(), proveStepUp(newest('support'))))],
  [
    1,
    book(
      row(
        later,
        stepUp(fixed(MANAGE)),
        proveStepUp(onTime),
        regenerate,
        begin,
        verify(taken('backup', one(1, 2))),
      ),
    ),
  ],
  [
    1,
    book(
      fc
        .array(row(begin, send, clock(fixed(900))), { minLength: 11, maxLength: 12 })
        .map((rows) => rows.flat()),
    ),
  ],
  [
    1,
    book(
      row(begin),
      fc
        .array(send, { minLength: 3, maxLength: 6 })
        .chain((sends) =>
          fixed(sends.map((one): Step => (one.do === 'sms.send' ? { ...one, fails: true } : one))),
        ),
      row(send),
    ),
  ],
  [
    1,
    book(
      row(
        importOf(NUMBERS[0]!),
        importOf(NUMBERS[2]!, true),
        clock(fixed(3600)),
        stepUp(fixed(MANAGE)),
        send,
        proveStepUp(newest('sms')),
        call('factors.remove', { ...permit, factor: fixed(1) }),
      ),
    ),
  ],
  [
    1,
    fc
      .tuple(
        ...USERS.map((whom) =>
          fc
            .array(row(begin, send, clock(fixed(31))), { minLength: 4, maxLength: 5 })
            .chain((rows) =>
              importOf(NUMBERS[0]!).map((first) =>
                [first, ...rows.flat()].map((step) =>
                  each(step, (command) => settleOn(command, whom, true)),
                ),
              ),
            ),
        ),
      )
      .map((rows) => rows.flat()),
  ],
)

const drift = (...offsets: number[]): Gen<Step[]> =>
  book(
    ...offsets.map((steps) =>
      row(later, later, begin, verify(right.map((code) => ({ ...code, pick: 0, offset: steps })))),
    ),
  )

const chapter = weighted(
  [24, row(single)],
  [10, ofOne(login)],
  [8, ofOne(permitted)],
  [5, ofOne(texted)],
  [6, ofOne(firstApp)],
  [4, ofOne(firstNumber)],
  [3, ofOne(required)],
  [5, ofOne(textedLogin)],
  [2, drift(1, 1, 2, 3, 4, 0)],
  [2, drift(-1, -1, -2, -3, -4, 0)],
  [4, ofOne(supported)],
  [4, ofOne(devices)],
  [3, ofOne(messages)],
  [8, ofOne(races)],
  [3, ofOne(storm(2, 8))],
  [3, ofOne(beside)],
  [1, ofOne(storm(40, 56))],
  [8, corners],
)

/** A history: chapters in the lives of three users, at most some hundreds of steps. */
export const history: Gen<Step[]> = fc
  .tuple(
    fc.oneof(firstApp, firstApp, firstNumber, required, row(importTotp)),
    fc.array(chapter, { minLength: 1, maxLength: 40, size: 'max' }),
  )
  .map(([first, rest]) => [...first, ...rest.flat()])

/** A history that reaches the hard stops: fifty in a row, and a hundred in a month. */
export const guessing: Gen<Step[]> = fc.oneof(
  book(
    firstApp,
    guesses(49, 'wrong'),
    row(clock(fixed('unlocked')), begin, begin),
    row(
      verify(newest('wrong')),
      begin,
      verify(newest('backup')),
      call('login.verify', { challenge: fixed(2), code: onTime, remember: fixed(false) }),
    ),
    inTime,
  ),
  book(firstApp, storm(48, 51), saved, inTime, row(single)),
  book(
    firstApp,
    guesses(49, 'wrong'),
    inTime,
    row(clock(one(DAY, 20 * DAY))),
    guesses(49, 'wrong'),
    inTime,
    row(clock(one(MINUTE, 5 * DAY, 9.5 * DAY, 11 * DAY))),
    guesses(3, 'wrong'),
    saved,
    inTime,
    guesses(2, 'wrong'),
  ),
  // Beyond the monthly stop: what a backup code lends, to the last of it.
  book(
    firstApp,
    guesses(49, 'wrong'),
    inTime,
    guesses(49, 'wrong'),
    inTime,
    guesses(2, 'wrong'),
    saved,
    fc.integer({ min: 8, max: 12 }).chain((n) => guesses(n, 'wrong')),
    fc.oneof(saved, inTime, row(byUser('recovery.issueSupportCode'))),
    guesses(2, 'wrong'),
    inTime,
  ),
)
