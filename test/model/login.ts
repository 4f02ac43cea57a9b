import { attempt, type Kind, leftOf, type Typed } from './codes.ts'
import { rejected } from './counters.ts'
import {
  authentic,
  ENROLL,
  isCurrent,
  isFresh,
  isLive,
  MANAGE,
  showChallenge,
  showPermit,
  showStamp,
} from './tokens.ts'
import { COUNTRIES } from './numbers.ts'
import { Fault, newId, type Permit, read, type Run, show, type UserRecord, write } from './world.ts'

const DAY = 86_400_000
type Grant = {
  userId: string
  amr: string[]
  assurance: string
  verifiedAt: number
  securityStamp: string
}

function grantOf(
  run: Run,
  userId: string,
  record: UserRecord | null,
  proof: { amr: string[]; assurance: string },
): Grant {
  const securityStamp = showStamp(run, userId, record)
  return { userId, ...proof, verifiedAt: run.world.now, securityStamp }
}

function offers(record: UserRecord): object[] {
  if (record.needsSupportCode) return [{ kind: 'support_code' }]
  const numbers = record.factors.flatMap((one) =>
    one.kind === 'sms' && COUNTRIES.some((code) => one.number.startsWith(code))
      ? [
          {
            kind: 'sms',
            hint: `•••• ${one.number.slice(-4)}`,
            to: one.backup ? 'backup' : 'primary',
          },
        ]
      : [],
  )
  return [
    ...(record.factors.some(({ kind }) => kind === 'totp') ? [{ kind: 'totp' }] : []),
    ...numbers,
    ...(leftOf(record) > 0 ? [{ kind: 'backup_code' }] : []),
  ]
}

export function requirementOf(
  { world }: Run,
  user: string,
): { required: boolean; enrollBy?: number } {
  const policy = world.policies[user]!
  if (typeof policy === 'string') return { required: policy === 'required' }
  return policy.from <= world.now ? { required: true } : { required: false, enrollBy: policy.from }
}

export function begin(
  run: Run,
  o: { user: string; device: number | null; expects: boolean },
): unknown {
  const { world } = run
  const record = read(run, o.user)
  if (!record || (record.factors.length === 0 && !record.needsSupportCode)) {
    if (o.expects && !record?.wasSwitchedOff) throw new Fault('ERR_RECORD_MISSING')
    const { required, enrollBy } = requirementOf(run, o.user)
    if (!required)
      return {
        next: 'proceed',
        grant: grantOf(run, o.user, record, { amr: ['pwd'], assurance: 'password' }),
        because: 'not_enrolled',
        ...(enrollBy !== undefined && { enrollBy }),
      }
    const terms = {
      user: o.user,
      session: null,
      purpose: ENROLL,
      basis: 'password',
      verifiedAt: world.now,
      support: null,
    } as const
    return {
      next: 'enroll',
      ...showPermit(run, record, terms),
      factors: [{ kind: 'totp' }, { kind: 'sms' }],
    }
  }
  const token = o.device === null ? undefined : world.handles.devices[o.device]
  const device = record.devices.find(
    ({ id, expiresAt }) => id === token?.id && token.user === o.user && expiresAt > world.now,
  )
  if (device) {
    if (world.now - device.seenAt >= DAY) {
      device.seenAt = world.now
      write(run, o.user, record)
    }
    return {
      next: 'proceed',
      grant: grantOf(run, o.user, record, { amr: ['pwd'], assurance: 'remembered' }),
      because: 'remembered_device',
    }
  }
  return {
    next: 'challenge',
    ...showChallenge(run, record, { user: o.user, for: 'login', purpose: 'login', session: null }),
    factors: offers(record),
  }
}

export function verify(
  run: Run,
  o: { challenge: number; code: Typed; factor?: Kind | undefined; remember: boolean },
): unknown {
  const { world, rules, answer } = run
  const challenge = authentic(run, world.handles.challenges[o.challenge], null)
  if (challenge?.for !== 'login') return rejected('expired')
  const { user } = challenge
  const record = read(run, user)
  const tried = attempt(run, record, challenge, o.code, o.factor)
  if ('rejection' in tried || !record) return (tried as { rejection: unknown }).rejection
  const { kind, failuresBefore } = tried
  let device: { token: string; expiresAt: number } | undefined
  if (o.remember && kind !== 'support_code') {
    const expiresAt = world.now + rules.deviceLife
    const live = record.devices.filter((one) => one.expiresAt > world.now)
    const ended = Math.max(0, live.length + 1 - rules.mostDevices)
    const id = newId(run)
    record.devices = [
      ...live.slice(ended),
      { id, createdAt: world.now, seenAt: world.now, expiresAt },
    ]
    show(run, 'devices', { id, user })
    answer.events.push(...live.slice(0, ended).map(() => 'device.revoked'), 'device.remembered')
    device = { token: '[Secret]', expiresAt }
  }
  write(run, user, record)
  if (kind === 'support_code') {
    const terms = {
      user,
      session: null,
      purpose: ENROLL,
      basis: 'recovery',
      verifiedAt: world.now,
      support: record.support!.id,
    } as const
    return { outcome: 'enroll', ...showPermit(run, record, terms) }
  }
  const grant = grantOf(run, user, record, {
    amr: ['pwd', kind === 'sms' ? 'sms' : 'otp', 'mfa'],
    assurance: 'mfa',
  })
  return {
    outcome: 'accepted',
    failuresBefore,
    grant,
    ...(device && { device }),
    ...(record.backup && { backupCodesLeft: leftOf(record) }),
  }
}

export interface StepUp {
  user: string
  session: string
  purpose: string
  /** Seconds since the password; null when the portal does not know. */
  passwordAgo: number | null
  verified: { assurance: string; ago: number } | null
  /** The session's stamp, by its place; null where the portal keeps none. */
  stamp: number | null
}

export function beginStepUp(run: Run, o: StepUp): unknown {
  const {
    world: { now },
    rules,
  } = run
  const record = read(run, o.user)
  const { user, session, purpose } = o
  const proceed = (because: string, basis: Permit['basis'], verifiedAt: number): object => ({
    next: 'proceed',
    ...showPermit(run, record, { user, session, purpose, basis, verifiedAt, support: null }),
    expiresAt: now + rules.permitLife,
    because,
  })
  if (record?.needsSupportCode) return { next: 'confirm_first_factor' }
  if (!record || record.factors.length === 0) {
    const at = o.passwordAgo === null ? null : now - o.passwordAgo * 1000
    return at !== null && isFresh(run, at, record, o)
      ? proceed('not_enrolled', 'password', at)
      : { next: 'confirm_first_factor' }
  }
  const isVerified =
    o.verified?.assurance === 'mfa' ||
    (rules.rememberedIsVerified && o.verified?.assurance === 'remembered')
  const at = now - (o.verified?.ago ?? 0) * 1000
  if (
    isVerified &&
    (purpose !== MANAGE || rules.recentlyVerifiedManages) &&
    isFresh(run, at, record, { stamp: o.stamp, after: record.provenAfter || undefined })
  )
    return proceed('recently_verified', 'mfa', at)
  return {
    next: 'challenge',
    ...showChallenge(run, record, { user, for: 'step-up', purpose, session }),
    factors: offers(record),
  }
}

export function verifyStepUp(
  run: Run,
  o: { challenge: number; session: string; code: Typed; factor?: Kind | undefined },
): unknown {
  const { world, rules } = run
  const challenge = authentic(run, world.handles.challenges[o.challenge], o.session)
  if (challenge?.for !== 'step-up') return rejected('expired')
  const { user, purpose } = challenge
  const record = read(run, user)
  const tried = attempt(run, record, challenge, o.code, o.factor)
  if ('rejection' in tried || !record) return (tried as { rejection: unknown }).rejection
  write(run, user, record)
  const terms = {
    user,
    session: o.session,
    purpose,
    basis: 'mfa',
    verifiedAt: world.now,
    support: null,
  } as const
  return {
    outcome: 'accepted',
    failuresBefore: tried.failuresBefore,
    ...showPermit(run, record, terms),
    expiresAt: world.now + rules.permitLife,
  }
}

/** At the door itself: a permit that rests on the password alone ends with the first factor. */
export function check(
  run: Run,
  o: { permit: number; user: string; session: string; purpose: string; stamp: number | null },
): unknown {
  const permit = authentic(run, run.world.handles.permits[o.permit], o.session)
  if (permit?.purpose !== o.purpose || permit.user !== o.user) return rejected('expired')
  const record = read(run, o.user)
  if (
    !isLive(run, record, permit) ||
    (permit.basis === 'password' &&
      record &&
      (record.factors.length > 0 || record.needsSupportCode))
  )
    return rejected('expired')
  if (o.stamp !== null && !isCurrent(run, record, o.stamp)) return rejected('expired')
  const assurance = permit.basis === 'mfa' ? 'mfa' : 'password'
  return {
    outcome: 'accepted',
    grant: {
      userId: o.user,
      sessionId: o.session,
      purpose: o.purpose,
      assurance,
      verifiedAt: permit.verifiedAt,
      securityStamp: showStamp(run, o.user, record),
    },
  }
}

/** Whether a session goes on: by its stamp, and never without one. */
export function checkSession(run: Run, o: { user: string; stamp: number | null }): unknown {
  const record = read(run, o.user)
  const goesOn = o.stamp !== null && isCurrent(run, record, o.stamp)
  return goesOn ? { outcome: 'accepted' } : rejected('ended')
}
