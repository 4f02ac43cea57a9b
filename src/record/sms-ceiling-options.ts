import { KeystepError } from '../errors.ts'

/** So many messages, at most, in each clock hour and each day of UTC; each 1 to 10,000,000. */
export interface SmsCeiling {
  perHour?: number | undefined
  perDay?: number | undefined
}

/** What all messages together may cost. Without it only each user and each number have a limit. */
export interface SmsCeilings {
  /** Over all numbers. */
  total?: SmsCeiling | undefined
  /** By calling code or a longer prefix, such as `'+49'`; the longest that fits counts. */
  callingCodes?: Readonly<Record<string, SmsCeiling>> | undefined
}

/** @throws `ERR_OPTION` */
export function checkCeilings(ceilings: SmsCeilings | undefined): void {
  if (ceilings === undefined) return
  requireThat(isObject(ceilings), 'sms.ceilings is an object')
  const { total, callingCodes = {} } = ceilings
  requireThat(isObject(callingCodes), 'sms.ceilings.callingCodes is an object')
  for (const code of Object.keys(callingCodes)) {
    requireThat(
      /^\+[1-9]\d{0,6}$/.test(code),
      "sms.ceilings.callingCodes has calling codes such as '+49'",
    )
  }
  for (const ceiling of [total, ...Object.values(callingCodes)]) {
    if (ceiling === undefined) continue
    requireThat(isObject(ceiling), 'a ceiling is an object')
    for (const most of [ceiling.perHour, ceiling.perDay]) {
      requireThat(most === undefined || isCount(most), 'perHour and perDay are 1 to 10,000,000')
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1e7
}

function requireThat(condition: boolean, message: string): void {
  if (!condition) throw new KeystepError('ERR_OPTION', message)
}
