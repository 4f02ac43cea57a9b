import { debit, gate, refuse, rejected } from './counters.ts'
import { compareSms, digitsOf, type Typed } from './codes.ts'
import { authentic, ENROLL, isLiveChallenge, MANAGE, permits, showStamp } from './tokens.ts'
import { bind, bindImported, refusalToBind } from './changes.ts'
import {
  Fault,
  newId,
  newRecord,
  type Enrollment,
  type Permit,
  read,
  type Run,
  show,
  type UserRecord,
  write,
} from './world.ts'

export const COUNTRIES = ['+49', '+43']
const HOUR = 3_600_000
const DAY = 24 * HOUR
/** So many sends, at most, within so long. */
type Quota = readonly [most: number, within: number]

const hintOf = (number: string): string => `•••• ${number.slice(-4)}`

/** The first instant at which every quota has room again. */
function roomAt(sentAt: number[], quotas: readonly Quota[], now: number): number {
  return Math.max(
    0,
    ...quotas.map(([most, within]) => {
      const inside = sentAt.filter((at) => at > now - within).sort((a, b) => b - a)
      return inside.length < most ? 0 : inside[most - 1]! + within
    }),
  )
}

export function debitNumber(
  { world, rules, answer }: Pick<Run, 'world' | 'rules' | 'answer'>,
  number: string,
): number | null {
  const written = world.budgets[number] ?? []
  if (written.some((at) => at > world.now + rules.clockTolerance && at <= world.now + DAY))
    throw new Fault('ERR_CLOCK')
  const sentAt = written.map((at) => (at > world.now + DAY ? world.now : at))
  const room = roomAt(
    sentAt,
    [
      [rules.numberPerHour, HOUR],
      [rules.numberPerDay, DAY],
    ],
    world.now,
  )
  const next =
    room > world.now ? sentAt : [...sentAt.filter((at) => at > world.now - DAY), world.now]
  if (String(next) !== String(written)) answer.writes++
  world.budgets[number] = next
  return room > world.now ? room : null
}

/** Debits user and number, then sends; `fails` is a provider that does not take it. */
function send(
  run: Run,
  user: string,
  record: UserRecord | null,
  to: { number: string; boundTo: number },
  fails: boolean,
): { hint: string; expiresAt: number; resendAt: number } | object {
  const {
    world: { now },
    rules,
    answer,
  } = run
  const refusal = record && !rules.lockedMaySend && gate(run, record.codes)
  if (refusal) return refusal
  const sms = record?.sms ?? newRecord().sms
  const last = sms.sentAt.at(-1)
  const pause = last === undefined || sms.forgiven.last ? 0 : last + rules.smsPause
  const room = Math.max(
    pause,
    roomAt(
      sms.sentAt,
      [
        [rules.smsPerHour, HOUR],
        [rules.smsPerDay, DAY],
      ],
      now,
    ),
  )
  if (room > now) return { ...rejected('too_soon'), retryAt: room }
  const numberRoom = debitNumber(run, to.number)
  if (numberRoom !== null) return { ...rejected('too_soon'), retryAt: numberRoom }
  const next = record ?? newRecord()
  const message = newId(run)
  next.sms.code = { message, boundTo: to.boundTo, expiresAt: now + rules.smsLife, used: false }
  next.sms.sentAt = [...next.sms.sentAt.filter((at) => at > now - DAY), now]
  next.sms.forgiven = { last: false, before: next.sms.forgiven.last }
  if (rules.resendResetsFailures) Object.assign(next.codes, { streak: 0, lockedUntil: 0 })
  answer.events.push('sms.sent')
  write(run, user, next)
  if (fails) {
    if (
      rules.failuresForgiven === 'every' ||
      (rules.failuresForgiven === 'one_in_a_row' &&
        !next.sms.forgiven.last &&
        !next.sms.forgiven.before)
    )
      next.sms.forgiven.last = true
    if (!rules.lostMessageIsDebited) next.sms.sentAt.pop()
    write(run, user, next)
    throw new Fault('ERR_SMS_SENDER')
  }
  show(run, 'messages', message)
  return { hint: hintOf(to.number), expiresAt: now + rules.smsLife, resendAt: now + 30_000 }
}

export function sendForChallenge(
  run: Run,
  o: { challenge: number; session: string | null; to: 'primary' | 'backup'; fails: boolean },
): unknown {
  const challenge = authentic(run, run.world.handles.challenges[o.challenge], o.session)
  if (!challenge) return rejected('expired')
  const record = read(run, challenge.user)
  if (!isLiveChallenge(run, record, challenge)) return rejected('expired')
  const factor = record.factors.find(
    (one) => one.kind === 'sms' && one.backup === (o.to === 'backup'),
  )
  if (factor?.kind !== 'sms') return rejected('factor_unavailable')
  const sent = send(
    run,
    challenge.user,
    record,
    { number: factor.number, boundTo: challenge.id },
    o.fails,
  )
  return 'hint' in sent ? { outcome: 'accepted', ...sent } : sent
}

export function enrollNumber(
  run: Run,
  o: { permit: number; session: string | null; number: string; backup: boolean; fails: boolean },
): unknown {
  const permit: Permit | null = authentic(run, run.world.handles.permits[o.permit], o.session)
  if (!permit || ![MANAGE, ENROLL].includes(permit.purpose)) return rejected('expired')
  if (!/^\+\d{7,15}$/.test(o.number)) return rejected('malformed_number')
  if (!COUNTRIES.some((code) => o.number.startsWith(code))) return rejected('number_refused')
  const record = read(run, permit.user)
  if (!permits(run, record, permit)) return rejected('expired')
  const id = newId(run)
  const sent = send(run, permit.user, record, { number: o.number, boundTo: id }, o.fails)
  if (!('hint' in sent)) return sent
  const enrollment: Enrollment = {
    ...permit,
    session: o.session,
    expiresAt: run.world.now + run.rules.permitLife,
    factor: { kind: 'sms', id, number: o.number, backup: o.backup },
  }
  show(run, 'enrollments', enrollment)
  return { outcome: 'accepted', enrollment: 'kse_', ...sent }
}

export function confirmNumber(
  run: Run,
  o: { enrollment: number; session: string | null; code: Typed },
): unknown {
  const enrollment = authentic(run, run.world.handles.enrollments[o.enrollment], o.session)
  if (enrollment?.factor.kind !== 'sms') return rejected('expired')
  const { factor, user } = enrollment
  const record = read(run, user)
  const refusal = refusalToBind(run, record, enrollment)
  const meant = { kind: 'sms', purpose: 'enroll' }
  if (refusal || !record) return refuse(run, rejected(refusal ?? 'expired'), meant)
  if (digitsOf(o.code) !== 6)
    return refuse(run, rejected('malformed_code'), { ...meant, kind: null })
  const shut = gate(run, record.codes)
  if (shut) return refuse(run, shut, meant)
  const found = compareSms(run, record, o.code, factor.id)
  if (found.is === 'miss') return debit(run, user, record, { name: 'codes', ...meant })
  if (found.is === 'elsewhere') return refuse(run, rejected('expired'), meant)
  if (found.is === 'replay') return refuse(run, rejected('already_used'), meant)
  const backup =
    factor.backup &&
    enrollment.basis !== 'recovery' &&
    record.factors.some((one) => one.kind === 'sms' && !one.backup && one.number !== factor.number)
  return bind(run, record, enrollment, {
    kind: 'sms',
    id: factor.id,
    number: factor.number,
    backup,
    createdAt: run.world.now,
  })
}

/** Another system's confirmed number, where its role is free. */
export function importNumber(
  run: Run,
  o: { user: string; number: string; backup: boolean },
): unknown {
  if (!/^\+\d{7,15}$/.test(o.number)) return rejected('malformed_number')
  if (!COUNTRIES.some((code) => o.number.startsWith(code))) return rejected('number_refused')
  const record = read(run, o.user) ?? newRecord()
  const numbers = record.factors.filter((one) => one.kind === 'sms')
  if (numbers.some(({ number }) => number === o.number))
    return {
      outcome: 'accepted',
      factorId: 'id',
      imported: false,
      securityStamp: showStamp(run, o.user, record),
    }
  const backup = o.backup && numbers.length > 0
  if (numbers.some((one) => one.backup === backup)) return rejected('other_number')
  return bindImported(run, o.user, record, {
    kind: 'sms',
    id: newId(run),
    number: o.number,
    backup,
    createdAt: run.world.now,
  })
}
