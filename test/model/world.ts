import type { Rules } from './rules.ts'

/**
 * Everything here is plain data: instants are milliseconds, identities are numbers that nothing
 * else has.
 */
export interface Token {
  id: number
  user: string
  epoch: number
  issuedAt: number
  expiresAt: number
  session: string | null
}

export interface Challenge extends Token {
  for: 'login' | 'step-up'
  purpose: string
  stops: number
}

export interface Permit extends Token {
  purpose: string
  basis: 'password' | 'mfa' | 'recovery'
  verifiedAt: number
  support: number | null
}

export interface TotpFactor {
  kind: 'totp'
  id: number
  key: number
  digits: number
  label: string
  createdAt: number
  floor: number | null
  drift: number
  /** On which side of now the last success lay, and how often in a row. */
  side: number
  times: number
}

export interface SmsFactor {
  kind: 'sms'
  id: number
  number: string
  backup: boolean
  createdAt: number
}

export type Factor = TotpFactor | SmsFactor

export interface Enrollment extends Permit {
  factor:
    | { kind: 'totp'; id: number; key: number }
    | { kind: 'sms'; id: number; number: string; backup: boolean }
}

export interface Counter {
  streak: number
  lockedUntil: number
  wrongAt: number[]
  stopped: boolean
  /** Wrong codes left beyond a full account. */
  relief: number
}

export interface UserRecord {
  epoch: number
  epochAt: number
  /**
   * Proofs of a second factor up to here are from before the epoch, whatever the clock says now.
   */
  provenAfter: number
  touchedAt: number
  factors: Factor[]
  backup: { set: number; imported: boolean; older: number[]; spent: boolean[] } | null
  codes: Counter
  recovery: Counter
  failures: number
  stops: number
  spent: number[]
  sms: {
    code: { message: number; boundTo: number; expiresAt: number; used: boolean } | null
    sentAt: number[]
    /** Whether the pause after the last send, and after the one before, was given back. */
    forgiven: { last: boolean; before: boolean }
  }
  devices: { id: number; createdAt: number; seenAt: number; expiresAt: number }[]
  support: { id: number; expiresAt: number; redeemed: boolean } | null
  wasSwitchedOff: boolean
  /** A reset was the last word: the password alone opens and binds nothing. */
  needsSupportCode: boolean
}

export type Policy = 'optional' | 'required' | { from: number }

/**
 * What travels or is shown, in the order in which it came to light: commands name it by its place.
 */
export interface Handles {
  challenges: Challenge[]
  permits: Permit[]
  enrollments: Enrollment[]
  devices: { id: number; user: string }[]
  factors: number[]
  keys: { id: number; digits: number }[]
  messages: number[]
  sets: number[]
  supports: number[]
  /** Security stamps, as sessions keep them: the epoch that they name. */
  stamps: { user: string; epoch: number }[]
}

export const noHandles = (): { [K in keyof Handles]: never[] } => ({
  challenges: [],
  permits: [],
  enrollments: [],
  devices: [],
  factors: [],
  keys: [],
  messages: [],
  sets: [],
  supports: [],
  stamps: [],
})

export interface World {
  now: number
  ids: number
  users: Record<string, UserRecord | null>
  policies: Record<string, Policy>
  budgets: Record<string, number[]>
  handles: Handles
}

export const USERS = ['ada', 'ben', 'cyd'] as const
export const START = Date.parse('2026-11-22T12:00:00Z')

export function newWorld(): World {
  return {
    now: START,
    ids: 1,
    users: { ada: null, ben: null, cyd: null },
    policies: { ada: 'optional', ben: 'optional', cyd: 'optional' },
    budgets: {},
    handles: noHandles(),
  }
}

export const newCounter = (): Counter => ({
  streak: 0,
  lockedUntil: 0,
  wrongAt: [],
  stopped: false,
  relief: 0,
})

export function newRecord(): UserRecord {
  return {
    epoch: 0,
    epochAt: 0,
    provenAfter: 0,
    touchedAt: 0,
    factors: [],
    backup: null,
    codes: newCounter(),
    recovery: newCounter(),
    failures: 0,
    stops: 0,
    spent: [],
    sms: { code: null, sentAt: [], forgiven: { last: false, before: false } },
    devices: [],
    support: null,
    wasSwitchedOff: false,
    needsSupportCode: false,
  }
}

/**
 * What a command comes to: the public result, what it brought to light, and what was told and
 * written.
 */
export interface Answer {
  result: unknown
  shown: Partial<Handles>
  events: string[]
  writes: number
}

/** What the rules run in: a world, the rules, and the answer so far. */
export interface Run {
  readonly world: World
  readonly rules: Rules
  readonly answer: Answer
}

/** An exception of the library, by its code. */
export class Fault extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

export const newId = ({ world }: Run): number => world.ids++

/** A user's record, checked against the clock. */
export function read({ world, rules }: Run, user: string): UserRecord | null {
  const record = world.users[user] ?? null
  if (record && record.touchedAt > world.now + rules.clockTolerance) throw new Fault('ERR_CLOCK')
  return record
}

export function write({ world, answer }: Run, user: string, record: UserRecord): void {
  record.touchedAt = Math.max(record.touchedAt, world.now)
  world.users[user] = record
  answer.writes++
}

function endTokens(run: Run, record: UserRecord): void {
  Object.assign(record, { epoch: newId(run), spent: [] })
}

export function renewEpoch(run: Run, record: UserRecord): void {
  const { now } = run.world
  endTokens(run, record)
  record.epochAt = now
  record.provenAfter = record.touchedAt > now ? record.touchedAt : 0
  record.sms.code = null
  if (run.rules.passwordChangeEndsDevices) record.devices = []
}

export function show<K extends keyof Handles>(
  { answer }: Run,
  kind: K,
  ...things: Handles[K]
): void {
  answer.shown[kind] = [...(answer.shown[kind] ?? []), ...things] as Handles[K]
}
