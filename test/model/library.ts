import { AsyncLocalStorage } from 'node:async_hooks'
import {
  createKeyring,
  createTwoFactor,
  generateKeyringKey,
  type Keyring,
  KeystepError,
  type KeystepEvent,
  LoginGrant,
  type Requirement,
  Secret,
  StepUpGrant,
} from 'keystep'
import { OtpKey, parseKeyUri } from 'keystep/otp'
import type { RecordStore } from 'keystep/stores'
import { memoryStore } from 'keystep/stores/memory'
import { markImported, peek } from '../record/record.ts'
import type { Side, Told } from './agree.ts'
import { SET_SIZE } from './changes.ts'
import type { Command } from './command.ts'
import { COUNTRIES } from './numbers.ts'
import { type Belongings, newPhone } from './phone.ts'
import { PLAN } from './rules.ts'
import { noHandles, START } from './world.ts'

/** What one command caused, wherever the calls of two interleave. */
interface Trace {
  fails: boolean
  shown: Record<string, unknown[]>
  events: string[]
  writes: number
}

/** The real thing, through its public doors, on a store of one's choice. */
export function library(store: RecordStore = memoryStore()): Side {
  const traces = new AsyncLocalStorage<Trace>()
  let now = START
  const policies: Record<string, Requirement> = {}
  const held: Belongings & Record<string, unknown[]> = {
    ...(noHandles() as object),
    keys: [],
    messages: [],
    sets: [],
    supports: [],
  }
  const keyring = createKeyring(generateKeyringKey())
  const phone = newPhone(held, () => now)
  const twoFactor = createTwoFactor({
    issuer: 'Example',
    keyring,
    store: counted(store, () => {
      traces.getStore()!.writes++
    }),
    now: () => new Date(now),
    backupCodes: { count: SET_SIZE },
    devices: { max: PLAN.mostDevices },
    requirement: (userId) => policies[userId] ?? 'optional',
    sms: {
      countries: COUNTRIES,
      sender: (message) => {
        const trace = traces.getStore()!
        if (trace.fails) return Promise.reject(new Error('the provider is down'))
        show(trace, 'messages', /\d{6}/.exec(message.text.reveal())![0])
        return Promise.resolve()
      },
    },
    onEvent: (event) => void traces.getStore()!.events.push(nameOf(event)),
  })
  const token = (kind: string, place: number): string =>
    (held[kind]![place] as string | undefined) ?? 'never issued'
  const stampOf = (place: number | null): string | undefined =>
    place === null ? undefined : token('stamps', place)
  const factorOf = (place: number): string => token('factors', place)

  /** Runs a call and notes what its accepted result brings to light. */
  async function call(trace: Trace, command: Command): Promise<unknown> {
    switch (command.do) {
      case 'login.begin':
        return twoFactor.login.begin({
          userId: command.user,
          expectEnrolled: command.expects,
          deviceToken: command.device === null ? undefined : token('devices', command.device),
        })
      case 'login.verify': {
        const remember = command.remember ? { label: 'laptop' } : undefined
        return twoFactor.login.verify({
          challenge: token('challenges', command.challenge),
          code: phone.textOf(command.code),
          factor: command.factor,
          rememberDevice: remember,
        })
      }
      case 'stepUp.begin': {
        const { user, session, purpose, passwordAgo, verified } = command
        const lastVerified = verified
          ? {
              assurance: verified.assurance as 'mfa',
              verifiedAt: new Date(now - verified.ago * 1000),
            }
          : undefined
        return twoFactor.stepUp.begin({
          userId: user,
          sessionId: session,
          purpose,
          firstFactorAt: passwordAgo === null ? undefined : new Date(now - passwordAgo * 1000),
          lastVerified,
          securityStamp: stampOf(command.stamp),
        })
      }
      case 'sessions.check': {
        const securityStamp = stampOf(command.stamp)
        return twoFactor.sessions.check({ userId: command.user, securityStamp })
      }
      case 'stepUp.verify':
        return twoFactor.stepUp.verify({
          challenge: token('challenges', command.challenge),
          sessionId: command.session,
          code: phone.textOf(command.code),
          factor: command.factor,
        })
      case 'stepUp.check':
        return twoFactor.stepUp.check({
          permit: token('permits', command.permit),
          userId: command.user,
          sessionId: command.session,
          purpose: command.purpose,
          securityStamp: stampOf(command.stamp),
        })
      case 'totp.enroll': {
        const begun = await twoFactor.totp.enroll({
          permit: token('permits', command.permit),
          sessionId: command.session,
          account: 'ada',
        })
        if (begun.outcome === 'accepted')
          show(trace, 'keys', { key: parseKeyUri(begun.keyUri.reveal()).key, digits: 6 })
        return begun
      }
      case 'totp.confirm':
        return twoFactor.totp.confirm({
          enrollment: token('enrollments', command.enrollment),
          sessionId: command.session,
          code: phone.textOf(command.code),
        })
      case 'totp.import': {
        const known = held.keys[command.key]
        const { key, digits } = known ?? { key: OtpKey.generate(), digits: command.digits }
        if (!known) show(trace, 'keys', { key, digits })
        return twoFactor.totp.import({
          userId: command.user,
          key,
          digits,
          lastUsedStep: command.floor,
        })
      }
      case 'sms.enroll':
        return twoFactor.sms.enroll({
          permit: token('permits', command.permit),
          sessionId: command.session,
          number: command.number,
          backup: command.backup,
        })
      case 'sms.confirm':
        return twoFactor.sms.confirm({
          enrollment: token('enrollments', command.enrollment),
          sessionId: command.session,
          code: phone.textOf(command.code),
        })
      case 'sms.send':
        return twoFactor.sms.send({
          challenge: token('challenges', command.challenge),
          sessionId: command.session,
          to: command.to,
        })
      case 'sms.import':
        return twoFactor.sms.import({
          userId: command.user,
          number: command.number,
          backup: command.backup,
          confirmedAt: new Date(now),
        })
      case 'backupCodes.regenerate':
        return twoFactor.backupCodes.regenerate({
          permit: token('permits', command.permit),
          sessionId: command.session,
        })
      case 'factors.remove': {
        const leave = { permit: token('permits', command.permit), sessionId: command.session }
        return command.factor === 'all'
          ? twoFactor.factors.removeAll(leave)
          : twoFactor.factors.remove({ ...leave, factorId: factorOf(command.factor) })
      }
      case 'factors.rename':
        return twoFactor.factors.rename({
          userId: command.user,
          factorId: factorOf(command.factor),
          label: 'My phone',
        })
      case 'devices.revoke': {
        if (command.device === 'all') return twoFactor.devices.revokeAll({ userId: command.user })
        const { devices } = await twoFactor.status({ userId: command.user })
        return twoFactor.devices.revoke({
          userId: command.user,
          deviceId: devices[command.device]?.deviceId ?? 'none',
        })
      }
      case 'recovery.issueSupportCode':
        return twoFactor.recovery.issueSupportCode({
          userId: command.user,
          actor: 'support',
          reason: 'lost phone',
        })
      case 'recovery.passwordChanged':
        return twoFactor.recovery.passwordChanged({ userId: command.user })
      case 'recovery.reset':
        return twoFactor.recovery.reset({
          userId: command.user,
          actor: 'support',
          reason: 'lost phone',
        })
      case 'recovery.unlock':
        return twoFactor.recovery.unlock({
          userId: command.user,
          actor: 'support',
          reason: 'guessed at',
        })
      case 'maintenance.erase':
        return twoFactor.maintenance.erase({
          userId: command.user,
          actor: 'support',
          reason: 'contract ended',
        })
      case 'policy':
        policies[command.user] =
          typeof command.policy === 'string'
            ? command.policy
            : { from: new Date(now + command.policy.inDays * 86_400_000) }
        return null
      case 'imported':
        await importCodes({ store, keyring }, command.user)
        return null
      case 'clock':
        now += (command.seconds as number) * 1000
        return null
    }
  }

  return {
    async perform(command): Promise<Told> {
      const trace: Trace = {
        fails: 'fails' in command && command.fails,
        shown: {},
        events: [],
        writes: 0,
      }
      const result = await traces.run(trace, () => orFault(() => call(trace, command)))
      note(trace, result)
      return {
        result: plain(result),
        shown: trace.shown,
        events: trace.events,
        writes: trace.writes,
      }
    },
    keep(shown) {
      for (const [kind, things] of Object.entries(shown)) held[kind]!.push(...things)
    },
    async status(user) {
      const found = await orFault(() => twoFactor.status({ userId: user }))
      return plain({ ...(found as object), activity: undefined })
    },
    isPlain: phone.isPlain,
  }
}

/**
 * Behind the doors, since nothing imports backup codes yet. A store with a flaw may refuse it: then
 * nothing happened.
 */
async function importCodes(
  place: { store: RecordStore; keyring: Keyring },
  user: string,
): Promise<void> {
  const subject = await peek(place, user).catch(() => null)
  if (subject?.backupCodes) await markImported(place, user).catch(() => null)
}

function show(trace: Trace, kind: string, thing: unknown): void {
  trace.shown[kind] = [...(trace.shown[kind] ?? []), thing]
}

/** What an answer brings to light, for later commands to use. */
function note(trace: Trace, answer: unknown): void {
  const seen = answer as Record<string, unknown> | null
  if (typeof seen?.['challenge'] === 'string') show(trace, 'challenges', seen['challenge'])
  if (typeof seen?.['permit'] === 'string') show(trace, 'permits', seen['permit'])
  if (typeof seen?.['enrollment'] === 'string') show(trace, 'enrollments', seen['enrollment'])
  if (seen?.['backupCodes'] instanceof Secret)
    show(trace, 'sets', (seen['backupCodes'] as Secret<readonly string[]>).reveal())
  if (seen?.['supportCode'] instanceof Secret)
    show(trace, 'supports', (seen['supportCode'] as Secret<string>).reveal())
  if (typeof seen?.['factorId'] === 'string' && seen['imported'] !== false)
    show(trace, 'factors', seen['factorId'])
  const grant = seen?.['grant'] as { securityStamp: string } | undefined
  const stamp = grant?.securityStamp ?? seen?.['securityStamp']
  if (stamp !== undefined) show(trace, 'stamps', stamp)
  const device = seen?.['device'] as { token: Secret<string> } | undefined
  if (device) show(trace, 'devices', device.token.reveal())
}

function counted(store: RecordStore, written: () => void): RecordStore {
  return {
    get: (key) => store.get(key),
    put: async (...args) => {
      const version = await store.put(...args)
      if (version !== null) written()
      return version
    },
    delete: (key, o) => store.delete(key, o),
    keys: (o) => store.keys(o),
  }
}

function nameOf(event: KeystepEvent): string {
  if (event.type === 'code.accepted')
    return `${event.type} ${event.kind} ${event.purpose} ${event.failuresBefore}`
  if (event.type === 'code.refused')
    return `${event.type} ${event.reason} ${event.kind} ${event.purpose}`
  if (event.type !== 'code.rejected') return event.type
  const { type, counter, inARow, within30Days, passwordKnown, kind, purpose } = event
  return `${type} ${counter} ${inARow} ${within30Days} ${passwordKnown} ${kind} ${purpose}`
}

async function orFault(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof KeystepError) return { throws: error.code }
    throw error
  }
}

/**
 * A result as data: instants as milliseconds, tokens by their prefix, secrets and ids by nothing.
 */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime()
  if (value instanceof Secret) return '[Secret]'
  if (value instanceof LoginGrant)
    return plain({
      userId: value.userId,
      amr: value.amr,
      assurance: value.assurance,
      verifiedAt: value.verifiedAt,
      securityStamp: value.securityStamp,
    })
  if (value instanceof StepUpGrant) {
    const { userId, sessionId, purpose, assurance, verifiedAt, securityStamp } = value
    return plain({ userId, sessionId, purpose, assurance, verifiedAt, securityStamp })
  }
  if (typeof value === 'string') return value.replace(/^(ks[cpe]_).*$/, '$1')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      key === 'factorId' || key === 'deviceId'
        ? 'id'
        : key === 'securityStamp' && part !== '0'
          ? 'stamp'
          : plain(part),
    ]),
  )
}
