import {
  type Challenge,
  Fault,
  newId,
  type Permit,
  type Run,
  show,
  type Token,
  type UserRecord,
} from './world.ts'

export const MANAGE = 'manage_factors'
export const ENROLL = 'enroll'

/** A token as far as it is authentic here: of this session, and not from the future. */
export function authentic<T extends Token>(
  { world, rules }: Run,
  token: T | undefined,
  session: string | null,
): T | null {
  if (!token) return null
  if (
    rules.tokensAreBoundToSession
      ? token.session !== null && token.session !== session
      : token.session !== null && session === null
  )
    return null
  if (token.issuedAt > world.now + rules.clockTolerance) throw new Fault('ERR_CLOCK')
  return token
}

/** Hands out the stamp of a record: its epoch, or '0' where there is none yet. */
export function showStamp(run: Run, user: string, record: UserRecord | null): string {
  const epoch = record?.epoch ?? 0
  show(run, 'stamps', { user, epoch })
  return epoch === 0 ? '0' : 'stamp'
}

export function isCurrent({ world }: Run, record: UserRecord | null, stamp: number): boolean {
  return world.handles.stamps[stamp]?.epoch === (record?.epoch ?? 0)
}

export function isLive({ world, rules }: Run, record: UserRecord | null, token: Token): boolean {
  if (token.expiresAt <= world.now) return false
  if (rules.epochEndsTokens && token.epoch !== (record?.epoch ?? 0)) return false
  return !record?.spent.includes(token.id)
}

export function isLiveChallenge(
  run: Run,
  record: UserRecord | null,
  challenge: Challenge,
): record is UserRecord {
  return (
    record !== null &&
    isLive(run, record, challenge) &&
    (!run.rules.hardStopEndsChallenges || challenge.stops === record.stops)
  )
}

/**
 * Whether a permit still carries a change: its basis is looked at again over the record (V14, V16).
 */
export function permits(run: Run, record: UserRecord | null, permit: Permit): boolean {
  if (!isLive(run, record, permit)) return false
  if (permit.basis === 'password')
    return (
      run.rules.passwordAloneAddsBesideLive ||
      ((record?.factors.length ?? 0) === 0 && !record?.needsSupportCode)
    )
  if (permit.basis === 'mfa') return record !== null
  return record?.support?.redeemed === true && record.support.id === permit.support
}

export function showChallenge(
  run: Run,
  record: UserRecord,
  terms: Pick<Challenge, 'user' | 'for' | 'purpose' | 'session'>,
): { challenge: string; expiresAt: number } {
  const { world, rules } = run
  const expiresAt = world.now + rules.challengeLife
  show(run, 'challenges', {
    ...terms,
    id: newId(run),
    epoch: record.epoch,
    issuedAt: world.now,
    expiresAt,
    stops: record.stops,
  })
  return { challenge: 'ksc_', expiresAt }
}

export function showPermit(
  run: Run,
  record: UserRecord | null,
  terms: Pick<Permit, 'user' | 'session' | 'purpose' | 'basis' | 'verifiedAt' | 'support'>,
): { permit: string } {
  const { world, rules } = run
  show(run, 'permits', {
    ...terms,
    id: newId(run),
    epoch: record?.epoch ?? 0,
    issuedAt: world.now,
    expiresAt: world.now + rules.permitLife,
  })
  return { permit: 'ksp_' }
}

/**
 * Fresh: by its age, and of this epoch: by the session's stamp, or, without one, by the instants
 * since which proofs count.
 */
export function isFresh(
  run: Run,
  at: number,
  record: UserRecord | null,
  { stamp, after = -1 }: { stamp: number | null; after?: number | undefined },
): boolean {
  const { world, rules } = run
  if (at > world.now || at <= world.now - rules.permitLife) return false
  if (stamp !== null && rules.stampDecides) return isCurrent(run, record, stamp)
  return (!rules.freshMeansSinceEpoch || at >= (record?.epochAt ?? 0)) && at > after
}
