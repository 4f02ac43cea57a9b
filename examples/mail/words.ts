import type { KeystepEvent } from 'keystep'

/**
 * A mail to the user: plain text, nothing to click (a mail that asks for a click teaches people to
 * fall for the next one).
 */
export interface Words {
  subject: string
  text: string
}

const CHANGE_PASSWORD = 'If it was not you, change your password now: whoever typed them knows it.'
const NOT_YOU = 'If that was not you, change your password and tell our support at once.'

/**
 * The words for an event, or null for those that nobody needs a mail about. The union is closed: an
 * event of a later version does not compile until somebody has decided what to say.
 */
export function wordsFor(event: KeystepEvent): Words | null {
  switch (event.type) {
    case 'backup_code.used':
      return mail(
        'A backup code was used',
        `One of your backup codes was used. You have ${codes(event.left)} left.`,
        NOT_YOU,
      )
    case 'backup_codes.low':
      return mail(
        'You are running out of backup codes',
        `You have ${codes(event.left)} left. Make a new set in your security settings.`,
      )
    case 'backup_codes.regenerated':
      return mail(
        'You have new backup codes',
        `A new set of ${codes(event.count)} was made. The codes you had before do not work any more.`,
        NOT_YOU,
      )
    case 'factor.enrolled':
      return mail(
        `${noun(event.kind)} was added`,
        `"${event.label}" is now a second factor of your account.`,
        NOT_YOU,
      )
    case 'factor.removed':
      return mail(
        `${noun(event.kind)} was removed`,
        `"${event.label}" is no second factor of your account any more.`,
        NOT_YOU,
      )
    case 'device.remembered':
      return mail(
        'A device will not be asked for codes',
        `"${event.label}" logs in with the password alone until ${day(event.expiresAt)}.`,
        NOT_YOU,
      )
    case 'code.rejected':
      // Anybody mistypes; from five in a row or twenty in a month on, somebody has the password and
      // not the phone.
      if (!event.passwordKnown) return null
      return mail(
        'Somebody tried codes for your account',
        `There were ${wrongCodes(event)}, after the right password.`,
        CHANGE_PASSWORD,
      )
    case 'code.refused':
      // Nobody needs a mail about a typo or a wait; but a right code that comes twice was watched,
      // unless it is a second click at enrollment.
      if (event.reason !== 'already_used' || event.purpose === 'enroll') return null
      return mail(
        'A code came a second time',
        'A code that had been used already was typed again. Somebody may have watched you type it.',
        NOT_YOU,
      )
    case 'exhausted':
      return mail(
        'Codes are not taken any more',
        `After too many wrong codes, only ${otherWay(event.counter)} or our support can let you in.`,
        CHANGE_PASSWORD,
      )
    case 'support_code.issued':
      return mail(
        'Our support issued a code for you',
        `It sets up your second factor anew, and works until ${day(event.expiresAt)}.`,
        NOT_YOU,
      )
    case 'reset':
      return mail(
        'Your second factor was removed by our support',
        'To log in you need your password and the code that our support gave you. With it you set up a new second factor.',
        NOT_YOU,
      )
    case 'unlocked':
      return mail(
        'Our support ended the lock of your account',
        'Codes of your app are taken again.',
        NOT_YOU,
      )
    case 'exported':
      return mail(
        'Your second factors were handed to another system',
        'Our operators took your authenticator keys and phone numbers along. They still work here, too.',
        NOT_YOU,
      )
    case 'restored':
      return mail(
        'You have to log in again',
        'We had to go back to an older copy of our data. Backup codes that you used in the last days may work again, and a second factor that you removed may be back: please look at your security settings, and make new backup codes.',
      )
    case 'password.changed':
      return mail(
        'Your password was changed',
        'All remembered devices will be asked for a code again.',
        NOT_YOU,
      )
    case 'code.accepted':
      if (event.failuresBefore < 5) return null
      return mail(
        event.purpose === 'login'
          ? 'You logged in after wrong codes'
          : 'A code was right after wrong ones',
        `There were ${event.failuresBefore} wrong codes before the right one.`,
        NOT_YOU,
      )
    // Their account is gone, or what happened is the operator's business.
    case 'erased':
    case 'moved':
    case 'keyring.replaced':
    case 'sms.ceiling_near':
    case 'sms.ceiling_reached':
    case 'device.revoked':
    case 'factor.imported':
    case 'factor.renamed':
    case 'locked':
    case 'sms.sent':
      return null
  }
}

function mail(subject: string, ...lines: string[]): Words {
  return { subject, text: lines.join('\n\n') }
}

function wrongCodes({ inARow, within30Days }: { inARow: number; within30Days: number }): string {
  return inARow >= 5
    ? `${inARow} wrong codes in a row`
    : `${within30Days} wrong codes within 30 days`
}

function codes(count: number): string {
  return count === 1 ? '1 backup code' : `${count} backup codes`
}

function noun(kind: 'totp' | 'sms'): string {
  return kind === 'totp' ? 'An authenticator app' : 'A phone number'
}

function otherWay(counter: 'codes' | 'recovery'): string {
  return counter === 'codes' ? 'a backup code' : 'your app'
}

function day(instant: Date): string {
  return instant.toISOString().slice(0, 16).replace('T', ' ') + ' UTC'
}
