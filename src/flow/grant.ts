import { KeystepError } from '../errors.ts'

/**
 * How sure the portal may be of the user: `'password'` (no second factor is enrolled),
 * `'remembered'` (a device that passed one within 30 days; never enough for step-up, 63B-4 5.1),
 * `'mfa'` (a second factor was verified now).
 */
export type Assurance = 'password' | 'remembered' | 'mfa'

interface LoginFacts {
  userId: string
  amr: readonly string[]
  assurance: Assurance
  verifiedAt: Date
  securityStamp: string
}

interface StepUpFacts {
  userId: string
  sessionId: string
  purpose: string
  assurance: 'password' | 'mfa'
  verifiedAt: Date
  securityStamp: string
}

let mint: { login: (facts: LoginFacts) => LoginGrant; stepUp: (facts: StepUpFacts) => StepUpGrant }
const minted = Symbol('minted')
const uncopied = Symbol('a grant cannot be copied')

abstract class Grant {
  constructor() {
    // Own and enumerable, so that a spread or Object.assign from a grant runs into it instead of
    // making a look-alike.
    Object.defineProperty(this, uncopied, { enumerable: true, get: refuseCopy })
  }
}

/**
 * Asked by each class before anything else, so that neither `new` nor a changed prototype makes a
 * grant.
 */
function requireMint(token: symbol): void {
  if (token !== minted) throw new KeystepError('ERR_GRANT', 'a grant is made by keystep alone')
}

function refuseCopy(): never {
  throw new KeystepError('ERR_GRANT', 'a grant cannot be copied or spread: pass it on whole')
}

/**
 * Opens a session: keystep's word, in this process, that this user may log in now. It cannot be
 * made, copied or changed.
 */
export class LoginGrant extends Grant {
  readonly #facts: LoginFacts

  private constructor(token: symbol, facts: LoginFacts) {
    requireMint(token)
    super()
    this.#facts = facts
    Object.freeze(this)
  }

  static {
    mint = { login: (facts) => new LoginGrant(minted, facts), stepUp: undefined as never }
  }

  /**
   * Whether a value is a grant that keystep made: `openSession` asks this where types do not reach.
   */
  static isGrant(value: unknown): value is LoginGrant {
    return typeof value === 'object' && value !== null && #facts in value
  }

  get userId(): string {
    return this.#facts.userId
  }

  /** Authentication methods (RFC 8176), such as `['pwd', 'otp', 'mfa']`. */
  get amr(): readonly string[] {
    return this.#facts.amr
  }

  get assurance(): Assurance {
    return this.#facts.assurance
  }

  get verifiedAt(): Date {
    return new Date(this.#facts.verifiedAt)
  }

  /**
   * Keep it in the session: `sessions.check` tells by it whether the session still stands. `'0'`
   * before the first factor was bound.
   */
  get securityStamp(): string {
    return this.#facts.securityStamp
  }

  /** The facts as plain data, for a session row or a log line; no grant any more. */
  toJSON(): {
    userId: string
    amr: readonly string[]
    assurance: Assurance
    verifiedAt: string
    securityStamp: string
  } {
    const { userId, amr, assurance, verifiedAt, securityStamp } = this
    return { userId, amr, assurance, verifiedAt: verifiedAt.toISOString(), securityStamp }
  }
}

/**
 * Opens one door of a session: keystep's word, in this process, that a permit for this purpose is
 * good now.
 */
export class StepUpGrant extends Grant {
  readonly #facts: StepUpFacts

  private constructor(token: symbol, facts: StepUpFacts) {
    requireMint(token)
    super()
    this.#facts = facts
    Object.freeze(this)
  }

  static {
    mint.stepUp = (facts) => new StepUpGrant(minted, facts)
  }

  /** Whether a value is a grant that keystep made. */
  static isGrant(value: unknown): value is StepUpGrant {
    return typeof value === 'object' && value !== null && #facts in value
  }

  get userId(): string {
    return this.#facts.userId
  }

  get sessionId(): string {
    return this.#facts.sessionId
  }

  get purpose(): string {
    return this.#facts.purpose
  }

  /** `'password'` only while the user has no second factor. */
  get assurance(): 'password' | 'mfa' {
    return this.#facts.assurance
  }

  get verifiedAt(): Date {
    return new Date(this.#facts.verifiedAt)
  }

  /** That of the session, as of this proof: keep it beside `verifiedAt`. */
  get securityStamp(): string {
    return this.#facts.securityStamp
  }

  /** The facts as plain data, for a session row or a log line; no grant any more. */
  toJSON(): {
    userId: string
    sessionId: string
    purpose: string
    assurance: 'password' | 'mfa'
    verifiedAt: string
    securityStamp: string
  } {
    const { userId, sessionId, purpose, assurance, verifiedAt, securityStamp } = this
    return {
      userId,
      sessionId,
      purpose,
      assurance,
      verifiedAt: verifiedAt.toISOString(),
      securityStamp,
    }
  }
}

/** @internal */
export function mintLoginGrant(facts: LoginFacts): LoginGrant {
  return mint.login({
    ...facts,
    amr: Object.freeze([...facts.amr]),
    verifiedAt: new Date(facts.verifiedAt),
  })
}

/** @internal */
export function mintStepUpGrant(facts: StepUpFacts): StepUpGrant {
  return mint.stepUp({ ...facts, verifiedAt: new Date(facts.verifiedAt) })
}
