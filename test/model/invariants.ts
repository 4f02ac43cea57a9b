import type { Told, Watcher } from './agree.ts'
import type { Command } from './command.ts'

/**
 * What holds whatever the model says: each by its clause, judged from the library's answers alone.
 */
export const INVARIANTS = {
  streak: '63B-4 3.2.2: never more than 50 wrong codes in a row, for each of the two counters',
  once: 'RFC 6238 5.2, 63B-4 3.1.2.2, 3.1.3.2: no code accepted twice',
  permit: 'ASVS 7.5.1: no factor of an enrolled user changes without a permit that cost a code',
  resend: '63B-4 3.1.3.2: a message never gives an attempt back',
  committed: 'V27: an accepted verdict only for a record that was written',
  pumping: 'V21: never more than 5 messages to a user within an hour, and 10 within a day',
  epoch:
    'V14: nothing that was issued before a factor was taken off, or before any other new epoch, opens anything',
  strips: 'ASVS 6.4.3, V28: a password change leaves every factor',
  remembered: '63B-4 5.1: a remembered device never has the assurance of a second factor',
} as const

export type Invariant = keyof typeof INVARIANTS

const HOUR = 3_600_000
/** Calls that may change factors: by a permit, or by the operator's hand. */
const BY_PERMIT = new Set(['totp.confirm', 'sms.confirm', 'factors.remove'])
const BY_OPERATOR = new Set(['totp.import', 'sms.import', 'recovery.reset'])

type Seen = Record<string, unknown> & { outcome?: string; reason?: string }

/** Counts how often each invariant was put to the test, and notes what broke it. */
export function observer(): Watcher & {
  tested: Record<Invariant, number>
  broken: Record<Invariant, string[]>
  begin(): void
} {
  const names = Object.keys(INVARIANTS) as Invariant[]
  const tested = Object.fromEntries(names.map((name) => [name, 0])) as Record<Invariant, number>
  const broken = Object.fromEntries(names.map((name) => [name, [] as string[]])) as Record<
    Invariant,
    string[]
  >
  let life = newLife()
  const test = (name: Invariant, holds: boolean, about: unknown): void => {
    tested[name]++
    if (!holds) broken[name].push(JSON.stringify(about))
  }

  function saw(command: Command, told: Told, now: number, isRaced: boolean): void {
    const result = (told.result ?? {}) as Seen
    const userOf = userIn(life, command)
    const token = tokenIn(life, command)
    // Of two at once nobody knows which came first, and so not of which epoch anything is.
    if (isRaced) forgetEpochs(life)
    else {
      if (token?.epoch != null && opens(command, result))
        test('epoch', token.epoch === epochIn(life, userOf), { command })
      if (renews(life, userOf, told)) life.epochs[userOf] = epochIn(life, userOf) + 1
    }
    noteTokens(life, command, told, { user: userOf, epoch: isRaced ? null : epochIn(life, userOf) })
    for (const event of told.events) {
      const [type, counter, inARow] = event.split(' ')
      if (type === 'code.rejected') test('streak', Number(inARow) <= 50, { counter, inARow })
    }
    if (result.reason === 'wrong_code' && 'attemptsLeft' in result) {
      const name = `${userOf} ${told.events[0]!.split(' ')[1]}`
      life.failures[name] = (life.failures[name] ?? 0) + 1
      if (life.sentSince.delete(name) && !isRaced)
        test('resend', (result['attemptsLeft'] as number) <= Math.max(0, 5 - life.failures[name]), {
          command,
          result,
        })
    }
    if (result.outcome === 'accepted' && 'code' in command) {
      test('committed', told.writes > 0, { command })
      const { code } = command
      if (code.is !== 'wrong') {
        const text = JSON.stringify([userOf, code])
        test('once', !life.accepted.has(text), { command })
        life.accepted.add(text)
      }
    }
    if (result.outcome === 'accepted' && told.events.includes('sms.sent')) {
      const sentAt = [...(life.sentAt[userOf] ?? []), now]
      life.sentAt[userOf] = sentAt
      const within = (span: number): number =>
        sentAt.filter((at) => at > now - span && at <= now).length
      test('pumping', within(HOUR) <= 5 && within(24 * HOUR) <= 10, { userOf, sentAt })
      for (const counter of ['codes', 'recovery']) life.sentSince.add(`${userOf} ${counter}`)
    }
    // Of two at once nobody knows here which came first: the count begins anew, and who is enrolled
    // is read off the next page.
    if (endsStreaks(command, result) || isRaced)
      for (const counter of ['codes', 'recovery']) life.failures[`${userOf} ${counter}`] = 0
    // An import or a recovery begins anew what was known of a key.
    if (
      command.do === 'totp.import' ||
      command.do === 'factors.remove' ||
      command.do === 'recovery.reset' ||
      command.do === 'maintenance.erase' ||
      told.events.includes('factor.removed')
    )
      life.accepted.clear()
    const changes = told.events.some(
      (event) => event.startsWith('factor.') && event !== 'factor.renamed',
    )
    if (changes && life.enrolled.has(userOf) && !isRaced) {
      const paid = BY_PERMIT.has(command.do) && life.paid.has(life.permitOf(command) ?? -1)
      test('permit', paid || BY_OPERATOR.has(command.do), { command })
    }
    if (changes)
      life.enrolled[
        command.do === 'recovery.reset' || result['enrolled'] === false ? 'delete' : 'add'
      ](userOf)
    if (command.do === 'maintenance.erase') life.enrolled.delete(userOf)
    if (command.do === 'recovery.passwordChanged')
      test('strips', !told.events.some((event) => event.startsWith('factor.')), { told })
    if (result['because'] === 'remembered_device')
      test('remembered', (result['grant'] as { assurance: string }).assurance === 'remembered', {
        result,
      })
  }

  function sawStatus(user: string, status: unknown): void {
    const { enrolled } = status as { enrolled?: boolean }
    if (enrolled !== undefined) life.enrolled[enrolled ? 'add' : 'delete'](user)
  }

  return { saw, sawStatus, tested, broken, begin: () => void (life = newLife()) }
}

/** Whose something is that was issued, and of which of the user's epochs, if that is known. */
interface Issued {
  user: string
  epoch: number | null
}

interface Life {
  accepted: Set<string>
  enrolled: Set<string>
  failures: Record<string, number>
  sentAt: Record<string, number[]>
  sentSince: Set<string>
  /** How many epochs each user has had. */
  epochs: Record<string, number>
  challenges: Issued[]
  permits: Issued[]
  enrollments: (Issued & { permit: number })[]
  devices: Issued[]
  stamps: Issued[]
  /** Permits that a code paid for. */
  paid: Set<number>
  permitOf(command: Command): number | undefined
}

function newLife(): Life {
  const life: Life = {
    accepted: new Set(),
    enrolled: new Set(),
    failures: {},
    sentAt: {},
    sentSince: new Set(),
    epochs: {},
    challenges: [],
    permits: [],
    enrollments: [],
    devices: [],
    stamps: [],
    paid: new Set(),
    permitOf: (command) =>
      'permit' in command
        ? command.permit
        : 'enrollment' in command
          ? life.enrollments[command.enrollment]?.permit
          : undefined,
  }
  return life
}

/** Whom a command is about. */
function userIn(life: Life, command: Command): string {
  return ('user' in command ? command.user : tokenIn(life, command)?.user) ?? 'nobody'
}

/** What a command shows, of all that may open something. */
function tokenIn(life: Life, command: Command): Issued | undefined {
  if (command.do === 'login.begin') return life.devices[command.device ?? -1]
  if (command.do === 'sessions.check') return life.stamps[command.stamp ?? -1]
  if ('challenge' in command) return life.challenges[command.challenge]
  if ('enrollment' in command) return life.enrollments[command.enrollment]
  return 'permit' in command ? life.permits[command.permit] : undefined
}

function opens(command: Command, { outcome, because }: Seen): boolean {
  if (command.do === 'login.begin') return because === 'remembered_device'
  return outcome === 'accepted' || outcome === 'enroll'
}

const epochIn = (life: Life, user: string): number => life.epochs[user] ?? 0

/** By what was told alone: a factor taken off, the first one bound, a reset, a new password. */
function renews(life: Life, user: string, { events }: Told): boolean {
  const isFirst = !life.enrolled.has(user)
  return events.some(
    (event) =>
      ['factor.removed', 'reset', 'password.changed'].includes(event) ||
      (isFirst && ['factor.enrolled', 'factor.imported'].includes(event)),
  )
}

function forgetEpochs(life: Life): void {
  for (const issued of [life.challenges, life.permits, life.enrollments, life.devices, life.stamps])
    for (const one of issued) one.epoch = null
}

/** Keeps whose each token is, and of which epoch. */
function noteTokens(life: Life, command: Command, { shown }: Told, issued: Issued): void {
  shown.challenges?.forEach(() => life.challenges.push({ ...issued }))
  shown.permits?.forEach(() => {
    if ('code' in command) life.paid.add(life.permits.length)
    life.permits.push({ ...issued })
  })
  shown.enrollments?.forEach(() =>
    life.enrollments.push({ ...issued, permit: life.permitOf(command)! }),
  )
  shown.devices?.forEach(() => life.devices.push({ ...issued }))
  shown.stamps?.forEach(() => life.stamps.push({ ...issued }))
}

/** Where a counter may begin anew: any success, new codes, support, a reset. */
function endsStreaks(command: Command, { outcome }: Seen): boolean {
  const renews = [
    'recovery.reset',
    'recovery.unlock',
    'maintenance.erase',
    'recovery.issueSupportCode',
    'backupCodes.regenerate',
    'login.verify',
    'stepUp.verify',
  ]
  return renews.includes(command.do) && (outcome === 'accepted' || outcome === 'enroll')
}
