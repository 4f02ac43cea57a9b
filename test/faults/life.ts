import { createKeyring, createTwoFactor, KeystepError, type LoginVerdict } from '../../src/index.ts'
import type { Subject } from '../../src/record/subject.ts'
import type { RecordStore } from '../../src/stores/record-store.ts'
import { faultyStore, InjectedFault } from '../../src/testing/index.ts'
import { markImported, peek } from '../record/record.ts'
import { type Enrolled, openPortal, type Portal } from '../races/portal.ts'
import { throwDice, type Dice } from './dice.ts'
import { hold, type Kind, type Outcome, type Step } from './hold.ts'

/** What a life came to. */
export interface Tally {
  steps: number
  accepted: number
  wrong: number
  /**
   * Calls that threw, and faults injected into reads and writes: each fault has to surface, so they
   * are equal.
   */
  surfaced: number
  injected: number
  findings: string[]
}

const KINDS: readonly Kind[] = [
  'right',
  'right',
  'right',
  'used',
  'backup',
  'used_backup',
  'wrong',
  'wrong',
  'wrong_backup',
]

/**
 * One user's life over a store that fails by seed: `steps` logins, right, wrong and repeated, alone
 * and three at once, while the clock goes on.
 */
export async function live(inner: RecordStore, seed: number, steps: number): Promise<Tally> {
  const portal = openPortal(inner)
  const keyring = createKeyring(portal.keyring)
  const store = faultyStore(inner, { seed })
  const twoFactor = createTwoFactor({
    issuer: 'Example Hosting',
    store,
    keyring,
    now: () => portal.at,
  })
  const dice = throwDice(seed)
  const userId = `life ${seed}`
  const user = await portal.enroll(userId)
  // Every other life has backup codes of another system, whose wrong ones are counted.
  if (seed % 2 === 1) await markImported({ store: inner, keyring }, userId)
  const look = (): Promise<Subject> => peek({ store: inner, keyring }, userId)
  const tally: Tally = { steps: 0, accepted: 0, wrong: 0, surfaced: 0, injected: 0, findings: [] }
  const open: string[] = []

  const attempt = async (code: string): Promise<Outcome> => {
    try {
      const old = open.length > 0 && dice.roll(4) === 0
      const challenge = old ? dice.pick(open) : await begin()
      const verdict: LoginVerdict = await twoFactor.login.verify({ challenge, code })
      return { challenge, said: verdict.outcome === 'rejected' ? verdict.reason : verdict.outcome }
    } catch (error) {
      const isTold =
        error instanceof KeystepError &&
        error.code === 'ERR_STORE' &&
        error.cause instanceof InjectedFault
      if (!isTold) tally.findings.push(`surfaced as something else: ${String(error)}`)
      tally.surfaced++
      return { challenge: null, said: 'thrown' }
    }
  }
  const begin = async (): Promise<string> => {
    const decision = await twoFactor.login.begin({ userId })
    if (decision.next !== 'challenge') throw new Error(decision.next)
    open.push(decision.challenge)
    return decision.challenge
  }

  const won = new Set<string>()
  for (let before = await look(); tally.steps < steps;) {
    passTime(portal, dice, before)
    const kind = dice.pick(KINDS)
    const code = codeOf(kind, user, before, dice)
    const outcomes = await Promise.all(
      Array.from({ length: dice.roll(5) === 0 ? 3 : 1 }, () => attempt(code)),
    )
    const after = await look()
    const step: Step = { kind, code, outcomes, before, after, at: portal.at.getTime() }
    for (const finding of hold(step, won))
      tally.findings.push(`seed ${seed}, step ${tally.steps}, ${kind}: ${finding}`)
    tally.steps += outcomes.length
    tally.accepted += outcomes.filter(({ said }) => said === 'accepted').length
    tally.wrong += outcomes.filter(({ said }) => said === 'wrong_code').length
    before = after
  }
  const last = await look()
  await store.settle()
  if (JSON.stringify(await look()) !== JSON.stringify(last))
    tally.findings.push(`seed ${seed}: a late duplicate changed the record`)
  tally.injected =
    store.injected.read + store.injected['before write'] + store.injected['after write']
  return tally
}

/** Mostly seconds; sometimes until the lock is over. */
function passTime(portal: Portal, dice: Dice, { attempts }: Subject): void {
  const lockedFor =
    Math.max(attempts.codes.lockedUntil, attempts.recovery.lockedUntil) - portal.at.getTime()
  portal.wait(lockedFor > 0 && dice.roll(3) === 0 ? Math.ceil(lockedFor / 1000) : dice.roll(20))
}

function codeOf(kind: Kind, user: Enrolled, { backupCodes }: Subject, dice: Dice): string {
  const byName = (spent: boolean): string[] => {
    const names = backupCodes!.codes.filter((code) => code.spent === spent).map(({ name }) => name)
    return user.backupCodes.filter((code) => names.includes(code[0]!))
  }
  switch (kind) {
    case 'right':
      return user.codes(dice.roll(3) - 1)[0]!
    case 'used':
      return user.codes(-1)[0]!
    case 'backup':
      return dice.pick([...byName(false), ...user.backupCodes.slice(0, 1)])
    case 'used_backup':
      return dice.pick([...byName(true), ...user.backupCodes.slice(0, 1)])
    case 'wrong': {
      const right = Array.from({ length: 9 }, (_, i) => user.codes(i - 4)[0]!)
      for (let code = dice.roll(1e6); ; code = dice.roll(1e6)) {
        const text = String(code).padStart(6, '0')
        if (!right.includes(text)) return text
      }
    }
    case 'wrong_backup':
      return user.backupCodes[dice.roll(10)]!.slice(0, -4) + String(1000 + dice.roll(9000))
  }
}
