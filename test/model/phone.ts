import { generateHotp, type OtpKey } from 'keystep/otp'
import { stepAt, type Typed } from './codes.ts'

/** What the users hold in reality: keys in apps, messages, and codes on paper. */
export interface Belongings {
  keys: { key: OtpKey; digits: 6 | 8 }[]
  messages: string[]
  sets: (readonly string[])[]
  supports: string[]
}

const NEAR = 3
const CLOCK_SEARCH = 10

/** The texts that are typed; every step's code is computed once. */
export function newPhone(held: Belongings, now: () => number) {
  const known: Map<number, string>[] = []
  const codeOf = (place: number, step: number): string => {
    const texts = (known[place] ??= new Map<number, string>())
    const { key, digits } = held.keys[place]!
    const text = texts.get(step) ?? generateHotp(key, { counter: step, digits })
    texts.set(step, text)
    return text
  }
  /** Every digit code that could count now, or be told as near. */
  const near = (): string[] => {
    const current = stepAt(now())
    const texts = [...held.messages]
    for (let place = 0; place < held.keys.length; place++) {
      const reach = place >= held.keys.length - 3 ? CLOCK_SEARCH : NEAR
      for (let step = Math.max(0, current - reach); step <= current + reach; step++)
        texts.push(codeOf(place, step))
    }
    return texts
  }
  const textOf = (typed: Typed): string => {
    switch (typed.is) {
      case 'totp':
        return codeOf(typed.key, typed.step)
      case 'sms':
        return held.messages[typed.message]!
      case 'backup':
        return held.sets[typed.set]![typed.n]!
      case 'support':
        return held.supports[typed.code]!
      case 'wrong': {
        const taken = new Set(near())
        for (let n = 0; ; n++) {
          const text = String(n).padStart(typed.digits, '0')
          if (!taken.has(text)) return text
        }
      }
      case 'wrong_backup':
        return '0ZZZ-ZZZZ-ZZZZ-ZZZZ'
      case 'wrong_support':
        return 'ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ'
      case 'garbage':
        return 'no code'
    }
  }
  const isPlain = (typed: Typed): boolean => {
    if (typed.is !== 'totp' && typed.is !== 'sms') return true
    const text = textOf(typed)
    const alike = near().filter((other) => other === text).length
    const isNear =
      typed.is === 'sms' ||
      Math.abs(typed.step - stepAt(now())) <=
        (typed.key >= held.keys.length - 3 ? CLOCK_SEARCH : NEAR)
    return alike === (isNear ? 1 : 0)
  }
  return { textOf, isPlain }
}
