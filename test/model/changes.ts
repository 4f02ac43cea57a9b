import { lift, rejected } from './counters.ts'
import { stepAt, type Typed } from './codes.ts'
import { authentic, ENROLL, MANAGE, permits, showStamp } from './tokens.ts'
import {
  type Enrollment,
  type Factor,
  Fault,
  newId,
  newRecord,
  type Permit,
  read,
  renewEpoch,
  type Run,
  show,
  type UserRecord,
  write,
} from './world.ts'

export const SET_SIZE = 4
const apps = (record: UserRecord | null): Factor[] =>
  record?.factors.filter(({ kind }) => kind === 'totp') ?? []

/** A live permit for one of these purposes, with its user's record; null where it is none. */
function leave(
  run: Run,
  place: number,
  session: string | null,
  purposes: string[],
): { permit: Permit; record: UserRecord | null } | null {
  const permit = authentic(run, run.world.handles.permits[place], session)
  if (!permit || !purposes.includes(permit.purpose)) return null
  const record = read(run, permit.user)
  return permits(run, record, permit) ? { permit, record } : null
}

export function refusalToBind(
  run: Run,
  record: UserRecord | null,
  enrollment: Enrollment,
): string | null {
  const { factor, basis } = enrollment
  if (
    record?.factors.some(
      (one) =>
        one.id === factor.id ||
        (one.kind === 'totp' && factor.kind === 'totp' && one.key === factor.key),
    )
  )
    return 'already_used'
  if (!permits(run, record, enrollment)) return 'expired'
  return factor.kind === 'totp' &&
    basis !== 'recovery' &&
    apps(record).length >= run.rules.mostAuthenticators
    ? 'limit_reached'
    : null
}

function spend({ rules }: Run, record: UserRecord, permit: Permit): void {
  if (rules.permitIsSpent) record.spent.push(permit.id)
}

function issueSet(run: Run, record: UserRecord): void {
  const older =
    record.backup && !run.rules.regenerateEndsOldSet
      ? [record.backup.set, ...record.backup.older]
      : []
  record.backup = {
    set: newId(run),
    imported: false,
    older,
    spent: Array.from({ length: SET_SIZE }, () => false),
  }
  show(run, 'sets', record.backup.set)
}

/**
 * All of a confirmation in one write: the factor, its permit, and backup codes where there are
 * none.
 */
export function bind(
  run: Run,
  record: UserRecord,
  enrollment: Enrollment,
  factor: Factor,
): unknown {
  const { rules, answer } = run
  const isRecovery = enrollment.basis === 'recovery'
  const isReplaced = (one: Factor): boolean =>
    isRecovery
      ? rules.recoveryReplacesAll
      : factor.kind === 'sms' &&
        one.kind === 'sms' &&
        (one.backup === factor.backup || one.number === factor.number)
  const replaced = record.factors.filter(isReplaced)
  if (isRecovery) {
    renewEpoch(run, record)
    record.devices = []
    record.backup = null
  } else {
    spend(run, record, enrollment)
    if (replaced.length > 0 && rules.replacementRenewsEpoch) renewEpoch(run, record)
  }
  record.support = null
  add(run, record, factor, replaced)
  const failuresBefore = record.failures
  if (rules.confirmEndsStreak) Object.assign(record.codes, { streak: 0, lockedUntil: 0 })
  const isFirst = record.backup === null
  if (isFirst) issueSet(run, record)
  answer.events.push(...replaced.map(() => 'factor.removed'), 'factor.enrolled')
  write(run, enrollment.user, record)
  show(run, 'factors', factor.id)
  const amr = ['pwd', factor.kind === 'sms' ? 'sms' : 'otp', 'mfa']
  const grant = {
    userId: enrollment.user,
    amr,
    assurance: 'mfa',
    verifiedAt: run.world.now,
    securityStamp: showStamp(run, enrollment.user, record),
  }
  return {
    outcome: 'accepted',
    failuresBefore,
    factorId: 'id',
    grant,
    backupCodes: isFirst ? '[Secret]' : null,
  }
}

export function enrollTotp(run: Run, o: { permit: number; session: string | null }): unknown {
  const held = leave(run, o.permit, o.session, [MANAGE, ENROLL])
  if (!held) return rejected('expired')
  if (held.permit.basis !== 'recovery' && apps(held.record).length >= run.rules.mostAuthenticators)
    return rejected('limit_reached')
  const [id, key] = [newId(run), newId(run)]
  const expiresAt = run.world.now + run.rules.permitLife
  show(run, 'keys', { id: key, digits: 6 })
  show(run, 'enrollments', {
    ...held.permit,
    session: o.session,
    expiresAt,
    factor: { kind: 'totp', id, key },
  })
  return {
    outcome: 'accepted',
    enrollment: 'kse_',
    keyUri: '[Secret]',
    manualKey: '[Secret]',
    expiresAt,
  }
}

export function confirmTotp(
  run: Run,
  o: { enrollment: number; session: string | null; code: Typed },
): unknown {
  const { world, rules } = run
  const enrollment = authentic(run, world.handles.enrollments[o.enrollment], o.session)
  if (enrollment?.factor.kind !== 'totp' || enrollment.expiresAt <= world.now)
    return rejected('expired')
  const { code } = o
  const digits = code.is === 'sms' ? 6 : 'digits' in code ? code.digits : 0
  if (digits !== 6) return rejected('malformed_code')
  const isOfKey = code.is === 'totp' && world.handles.keys[code.key]!.id === enrollment.factor.key
  const offset = isOfKey ? code.step - stepAt(world.now) : Infinity
  if (Math.abs(offset) > rules.clockSearch) return rejected('wrong_code')
  if (Math.abs(offset) > rules.window) return { ...rejected('clock_off'), bySeconds: offset * 30 }
  const { id, key } = enrollment.factor
  const record = read(run, enrollment.user)
  const refusal = refusalToBind(run, record, enrollment)
  if (refusal) return rejected(refusal)
  const floor = rules.enrollingStepIsUsed ? stepAt(world.now) + offset : null
  const label = 'Authenticator app'
  return bind(run, record ?? newRecord(), enrollment, {
    kind: 'totp',
    id,
    key,
    digits: 6,
    label,
    createdAt: world.now,
    floor,
    drift: 0,
    side: Math.sign(offset),
    times: 1,
  })
}

/** Adds a factor, and begins a new epoch with the first one. */
function add(run: Run, record: UserRecord, factor: Factor, replaced: readonly Factor[]): void {
  const { rules } = run
  const isFirst =
    record.epoch === 0 || (rules.everyFirstFactorRenewsEpoch && record.factors.length === 0)
  if (isFirst || rules.additionRenewsEpoch) renewEpoch(run, record)
  record.factors = [...record.factors.filter((one) => !replaced.includes(one)), factor]
  record.needsSupportCode = false
  record.wasSwitchedOff = false
}

export function bindImported(run: Run, user: string, record: UserRecord, factor: Factor): unknown {
  add(run, record, factor, [])
  run.answer.events.push('factor.imported')
  write(run, user, record)
  show(run, 'factors', factor.id)
  const securityStamp = showStamp(run, user, record)
  return { outcome: 'accepted', factorId: 'id', imported: true, securityStamp }
}

/**
 * Takes over an authenticator: a key of its own, or (an import run again) one that came to light
 * before.
 */
export function importTotp(
  run: Run,
  o: { user: string; key: number; digits: number; floor: number | null },
): unknown {
  const { world, rules } = run
  const known = world.handles.keys[o.key]
  const key = known ?? { id: newId(run), digits: o.digits }
  if (!known) show(run, 'keys', key)
  if ((o.floor ?? 0) * 30_000 > world.now + rules.clockTolerance) throw new Fault('ERR_OPTION')
  const record = read(run, o.user)
  if (record?.factors.some((one) => one.kind === 'totp' && one.key === key.id))
    return {
      outcome: 'accepted',
      factorId: 'id',
      imported: false,
      securityStamp: showStamp(run, o.user, record),
    }
  if (apps(record).length >= rules.mostAuthenticators) return rejected('limit_reached')
  const floor = rules.importKeepsFloor ? o.floor : null
  const label = 'Authenticator app'
  return bindImported(run, o.user, record ?? newRecord(), {
    kind: 'totp',
    id: newId(run),
    key: key.id,
    digits: key.digits,
    label,
    createdAt: world.now,
    floor,
    drift: 0,
    side: 0,
    times: 1,
  })
}

/** Removes one factor or all; without any, nothing that rested on them is left. */
export function remove(
  run: Run,
  o: { permit: number; session: string; factor: number | 'all' },
): unknown {
  const { world, rules, answer } = run
  const held = leave(run, o.permit, o.session, [MANAGE])
  if (!held?.record) return rejected('expired')
  const { permit, record } = held
  const removed = record.factors.filter(
    ({ id }) => o.factor === 'all' || id === world.handles.factors[o.factor],
  )
  if (removed.length === 0) return rejected('not_found')
  const left = record.factors.filter((one) => !removed.includes(one))
  const policy = world.policies[permit.user]!
  const isRequired =
    policy === 'required' || (typeof policy === 'object' && policy.from <= world.now)
  if (left.length === 0 && isRequired && rules.requiredKeepsLast) return rejected('required')
  record.factors = left
  spend(run, record, permit)
  if (rules.removalRenewsEpoch) renewEpoch(run, record)
  if (left.length === 0) {
    record.support = null
    record.wasSwitchedOff = true
    if (rules.lastFactorEndsBackupCodes) record.backup = null
  }
  const numbers = left.filter((one) => one.kind === 'sms')
  if (rules.loneBackupIsPromoted && numbers.every(({ backup }) => backup))
    for (const number of numbers) number.backup = false
  answer.events.push(...removed.map(() => 'factor.removed'))
  write(run, permit.user, record)
  const securityStamp = showStamp(run, permit.user, record)
  return { outcome: 'accepted', enrolled: left.length > 0, securityStamp }
}

export function regenerate(run: Run, o: { permit: number; session: string }): unknown {
  const held = leave(run, o.permit, o.session, [MANAGE])
  if (!held) return rejected('expired')
  const { permit, record } = held
  if (!record || record.factors.length === 0) return rejected('not_found')
  issueSet(run, record)
  if (run.rules.regenerateRestartsRecovery)
    record.recovery = lift(run, record.recovery, run.rules.restartEmptiesAccount)
  spend(run, record, permit)
  run.answer.events.push('backup_codes.regenerated')
  write(run, permit.user, record)
  return { outcome: 'accepted', backupCodes: '[Secret]' }
}

export function rename(run: Run, o: { user: string; factor: number }): unknown {
  const record = read(run, o.user)
  const factor = record?.factors.find(({ id }) => id === run.world.handles.factors[o.factor])
  if (!record || factor?.kind !== 'totp') return rejected('not_found')
  factor.label = 'My phone'
  run.answer.events.push('factor.renamed')
  write(run, o.user, record)
  return { outcome: 'accepted' }
}
