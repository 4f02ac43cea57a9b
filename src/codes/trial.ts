import type { AttemptKind, FactorKind, RequestContext } from '../record/events.ts'
import type { Settings } from '../record/settings.ts'
import type { Subject } from '../record/subject.ts'
import type { ChallengeClaims } from '../tokens/spent.ts'
import { kindOf, type TypedCode } from './recognize.ts'

/** One try of one code against one challenge. */
export interface Attempt {
  readonly claims: ChallengeClaims
  readonly code: unknown
  readonly factor: FactorKind | undefined
  /** `'login'`, or what the step-up is for. */
  readonly purpose: string
  readonly context: RequestContext | undefined
  /** A support code opens nothing but an enrollment, so that step-up refuses it. */
  readonly takesSupportCode: boolean
}

/** A code as it meets a record: what was tried, what it reads as, and when. */
export interface Trial {
  readonly settings: Settings
  readonly tried: Attempt
  readonly subject: Subject
  readonly typed: TypedCode
  readonly now: number
}

/** What a code was meant as, and for. */
export interface Meant<K = AttemptKind> {
  readonly kind: K
  readonly purpose: string
}

/** What was meant by a try; what reads as no code was meant as nothing. */
export function meantBy(tried: Attempt, typed: TypedCode, subject: Subject | null): Meant
export function meantBy(
  tried: Attempt,
  typed: TypedCode | null,
  subject: Subject | null,
): Meant<AttemptKind | null>
export function meantBy(
  { factor, purpose }: Attempt,
  typed: TypedCode | null,
  subject: Subject | null,
): Meant<AttemptKind | null> {
  return { kind: typed && kindOf(typed, factor, subject), purpose }
}
