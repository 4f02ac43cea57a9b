import type { ConfirmRejection, Rejection } from 'keystep'

const PERIOD_SECONDS = 30

/**
 * The words for each reason of a code that opened nothing. What was typed tells whether it was a
 * backup code; it is never repeated.
 */
export function explain(rejection: Rejection | ConfirmRejection, typed = ''): string {
  const isBackupCode = /[^\d\s]/.test(typed)
  const otherWay = isBackupCode ? 'A right backup code still works.' : 'A backup code still works.'
  switch (rejection.reason) {
    case 'wrong_code':
      if ('attemptsLeft' in rejection) return explainWrongCode(rejection, otherWay)
      if (isBackupCode) return 'That code is wrong. Please check each of its characters.'
      return 'That is not a code of this key. Is it the right entry in your app?'
    case 'already_used': {
      const next = isBackupCode
        ? 'take another'
        : `the next one comes in ${inWords(secondsToNextCode())}`
      return `That code was used before, and each works once: ${next}. If you did not use it, somebody else did.`
    }
    case 'locked':
      return `Too many wrong codes: wait another ${until(rejection.retryAt)}. ${otherWay}`
    case 'exhausted':
      return `Too many wrong codes: no more are taken. ${otherWay}`
    case 'expired':
      return 'That took too long, and for your safety it ended. Begin again.'
    case 'malformed_code':
      return 'That is no code: the app shows 6 digits, a backup code has 16 characters.'
    case 'factor_unavailable':
      return 'This account has no codes of that kind.'
    case 'limit_reached':
      return 'This account has three authenticators already, and that is the most.'
    case 'clock_off':
      return explainClock(rejection.bySeconds)
  }
}

function explainWrongCode(
  { attemptsLeft = 0, retryAt }: { attemptsLeft?: number; retryAt?: Date },
  otherWay: string,
): string {
  if (retryAt) return `That code is wrong, and one too many: wait ${until(retryAt)}. ${otherWay}`
  if (attemptsLeft === 0) return `That code is wrong, and it was the last try. ${otherWay}`
  return `That code is wrong. ${count(attemptsLeft, 'try', 'tries')} left before you have to wait.`
}

function explainClock(bySeconds: number): string {
  const clock = `a clock ${inWords(Math.abs(bySeconds))} ${bySeconds > 0 ? 'ahead of' : 'behind'} this one`
  return `That code is right for ${clock}: set phone and computer to automatic time, then type the next code.`
}

/** "3 wrong codes before this login: was this you?", or nothing. */
export function askWhoFailed(failuresBefore: number): string[] {
  if (failuresBefore === 0) return []
  return [
    `${count(failuresBefore, 'wrong code', 'wrong codes')} before this login: was this you? If not, somebody knows your password.`,
  ]
}

/** A duration: `45 seconds`, `1 minute`, `2 minutes 30 seconds`, `1 hour`. */
export function inWords(seconds: number): string {
  const whole = Math.ceil(seconds)
  const units = [
    [Math.floor(whole / 3600), 'hour'],
    [Math.floor(whole / 60) % 60, 'minute'],
    [whole % 60, 'second'],
  ] as const
  const parts = units
    .filter(([many]) => many > 0)
    .map(([many, unit]) => count(many, unit, `${unit}s`))
  return parts.join(' ') || '0 seconds'
}

export function count(many: number, one: string, more: string): string {
  return `${many} ${many === 1 ? one : more}`
}

function until(instant: Date): string {
  return inWords(Math.max(1, Math.ceil((instant.getTime() - Date.now()) / 1000)))
}

function secondsToNextCode(): number {
  return Math.ceil(PERIOD_SECONDS - ((Date.now() / 1000) % PERIOD_SECONDS))
}
