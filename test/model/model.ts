import { confirmTotp, enrollTotp, importTotp, regenerate, remove, rename } from './changes.ts'
import type { Command } from './command.ts'
import { begin, beginStepUp, check, checkSession, verify, verifyStepUp } from './login.ts'
import { confirmNumber, enrollNumber, importNumber, sendForChallenge } from './numbers.ts'
import type { Rules } from './rules.ts'
import {
  changePassword,
  erase,
  issueSupportCode,
  reset,
  revoke,
  status,
  unlock,
} from './support.ts'
import { type Answer, Fault, type Handles, type Run, type World } from './world.ts'

/**
 * The reference: what a command must come to in a world, by the rules alone. It changes the world.
 */
export function apply(world: World, rules: Rules, command: Command): Answer {
  const answer: Answer = { result: null, shown: {}, events: [], writes: 0 }
  const run: Run = { world, rules, answer }
  answer.result = orFault(() => perform(run, command))
  return answer
}

function perform(run: Run, command: Command): unknown {
  switch (command.do) {
    case 'login.begin':
      return begin(run, command)
    case 'login.verify':
      return verify(run, command)
    case 'stepUp.begin':
      return beginStepUp(run, command)
    case 'stepUp.verify':
      return verifyStepUp(run, command)
    case 'sessions.check':
      return checkSession(run, command)
    case 'stepUp.check':
      return check(run, command)
    case 'totp.enroll':
      return enrollTotp(run, command)
    case 'totp.confirm':
      return confirmTotp(run, command)
    case 'totp.import':
      return importTotp(run, command)
    case 'sms.enroll':
      return enrollNumber(run, command)
    case 'sms.confirm':
      return confirmNumber(run, command)
    case 'sms.send':
      return sendForChallenge(run, command)
    case 'sms.import':
      return importNumber(run, command)
    case 'backupCodes.regenerate':
      return regenerate(run, command)
    case 'factors.remove':
      return remove(run, command)
    case 'factors.rename':
      return rename(run, command)
    case 'devices.revoke':
      return revoke(run, command)
    case 'recovery.issueSupportCode':
      return issueSupportCode(run, command)
    case 'recovery.passwordChanged':
      return changePassword(run, command)
    case 'recovery.reset':
      return reset(run, command)
    case 'recovery.unlock':
      return unlock(run, command)
    case 'maintenance.erase':
      return erase(run, command)
    case 'policy':
      run.world.policies[command.user] =
        typeof command.policy === 'string'
          ? command.policy
          : { from: run.world.now + command.policy.inDays * 86_400_000 }
      return null
    case 'imported': {
      const backup = run.world.users[command.user]?.backup
      if (backup) backup.imported = true
      return null
    }
    case 'clock':
      run.world.now += (command.seconds as number) * 1000
      return null
  }
}

export function statusOf(world: World, rules: Rules, user: string): unknown {
  return orFault(() =>
    status({ world, rules, answer: { result: null, shown: {}, events: [], writes: 0 } }, user),
  )
}

/** Puts what came to light in its place, as the other side does. */
export function keep(handles: Handles, shown: Partial<Handles>): void {
  for (const [kind, things] of Object.entries(shown))
    (handles[kind as keyof Handles] as unknown[]).push(...(things as unknown[]))
}

function orFault<T>(work: () => T): T | { throws: string } {
  try {
    return work()
  } catch (error) {
    if (error instanceof Fault) return { throws: error.code }
    throw error
  }
}
