import { gate, lift, recent, rejected } from './counters.ts'
import { leftOf } from './codes.ts'
import { requirementOf } from './login.ts'
import { showStamp } from './tokens.ts'
import { newCounter, newId, newRecord, read, renewEpoch, type Run, show, write } from './world.ts'

export function issueSupportCode(run: Run, { user }: { user: string }): unknown {
  const { world, rules } = run
  const record = read(run, user)
  if (!record || (record.factors.length === 0 && !record.needsSupportCode))
    return rejected('not_found')
  const expiresAt = world.now + rules.supportLife
  record.support = { id: newId(run), expiresAt, redeemed: false }
  if (rules.supportRestartsRecovery)
    record.recovery = lift(run, record.recovery, rules.restartEmptiesAccount)
  show(run, 'supports', record.support.id)
  run.answer.events.push('support_code.issued')
  write(run, user, record)
  return { outcome: 'accepted', supportCode: '[Secret]', expiresAt }
}

/** Support's way out, whatever the clock did to the record. */
export function reset(run: Run, { user }: { user: string }): unknown {
  const { world, rules, answer } = run
  const former = world.users[user] ?? null
  const record = newRecord()
  renewEpoch(run, record)
  record.wasSwitchedOff = true
  for (const name of ['codes', 'recovery'] as const) {
    if (!former) break
    const counter = {
      ...former[name],
      wrongAt: former[name].wrongAt.filter((at) => at <= world.now),
    }
    record[name] = lift(run, counter, rules.resetEmptiesAccount)
  }
  if (rules.resetKeepsSends)
    record.sms.sentAt = former?.sms.sentAt.filter((at) => at <= world.now) ?? []
  record.support = { id: newId(run), expiresAt: world.now + rules.supportLife, redeemed: false }
  record.needsSupportCode = rules.resetNeedsSupportCode
  show(run, 'supports', record.support.id)
  answer.events.push(...(former?.factors.map(() => 'factor.removed') ?? []), 'reset')
  write(run, user, record)
  return {
    outcome: 'accepted',
    supportCode: '[Secret]',
    securityStamp: showStamp(run, user, record),
  }
}

/**
 * Staff's end of locks and stops: nothing of the factors, and nothing of what the owner is told.
 */
export function unlock(run: Run, { user }: { user: string }): unknown {
  const { world, rules, answer } = run
  const record = world.users[user]
  if (!record) return rejected('not_found')
  record.touchedAt = 0
  const judged = recent(run, record.codes).length + recent(run, record.recovery).length
  for (const name of ['codes', 'recovery'] as const)
    record[name] = rules.unlockEndsMonth ? newCounter() : lift(run, record[name], false)
  answer.events.push('unlocked')
  write(run, user, record)
  return { outcome: 'accepted', codesJudged: judged }
}

/** The end of a user: whoever gets the id next inherits nothing. */
export function erase(run: Run, { user }: { user: string }): unknown {
  const record = newRecord()
  renewEpoch(run, record)
  if (!run.rules.eraseEndsTokens) record.epoch = run.world.users[user]?.epoch ?? 0
  run.answer.events.push('erased')
  write(run, user, record)
  return { outcome: 'accepted', securityStamp: showStamp(run, user, record) }
}

export function changePassword(run: Run, { user }: { user: string }): unknown {
  const record = read(run, user) ?? newRecord()
  renewEpoch(run, record)
  if (run.rules.passwordChangeEndsStreak) Object.assign(record.codes, { streak: 0, lockedUntil: 0 })
  if (run.rules.passwordChangeStripsFactors) record.factors = []
  run.answer.events.push('password.changed')
  write(run, user, record)
  return { outcome: 'accepted', securityStamp: showStamp(run, user, record) }
}

/** Ends a remembered device by its place on the security page, or all of them. */
export function revoke(
  run: Run,
  { user, device }: { user: string; device: number | 'all' },
): unknown {
  const { world, answer } = run
  const record = read(run, user)
  const live = record?.devices.filter(({ expiresAt }) => expiresAt > world.now) ?? []
  const revoked = device === 'all' ? live : live.slice(device, device + 1)
  if (record && revoked.length > 0) {
    record.devices = record.devices.filter((one) => !revoked.includes(one))
    answer.events.push(...revoked.map(() => 'device.revoked'))
    write(run, user, record)
  }
  if (device === 'all') return { outcome: 'accepted', revoked: revoked.length }
  return revoked.length === 0 ? rejected('not_found') : { outcome: 'accepted' }
}

/** The security page: all that can be seen of a record. */
export function status(run: Run, user: string): unknown {
  const { world } = run
  const record = read(run, user)
  const shut = record && gate(run, record.codes)
  const support = record?.support
  return {
    enrolled: (record?.factors.length ?? 0) > 0,
    ...requirementOf(run, user),
    factors:
      record?.factors.map((one) =>
        one.kind === 'totp'
          ? { factorId: 'id', kind: 'totp', label: one.label, createdAt: one.createdAt }
          : {
              factorId: 'id',
              kind: 'sms',
              label: one.backup ? 'Backup number' : 'Phone number',
              createdAt: one.createdAt,
              hint: `•••• ${one.number.slice(-4)}`,
              backup: one.backup,
            },
      ) ?? [],
    backupCodesLeft: record ? leftOf(record) : 0,
    devices: (record?.devices ?? [])
      .filter(({ expiresAt }) => expiresAt > world.now)
      .map(({ createdAt, seenAt, expiresAt }) => ({
        deviceId: 'id',
        label: 'laptop',
        createdAt,
        lastSeenAt: seenAt,
        expiresAt,
      })),
    lockedUntil: shut?.retryAt ?? null,
    exhausted: shut?.reason === 'exhausted',
    supportCodeUntil:
      support && !support.redeemed && support.expiresAt > world.now ? support.expiresAt : null,
  }
}
