import type { Account } from '../portal/accounts.ts'
import type { Portal } from '../portal/portal.ts'
import type { Session } from '../portal/sessions.ts'
import type { Prompt } from '../terminal/prompt.ts'

/** What every part of the walk has at hand. */
export interface Walker {
  readonly portal: Portal
  readonly prompt: Prompt
}

/** Somebody who is logged in. */
export interface Guest extends Walker {
  readonly account: Account
  readonly session: Session
}
