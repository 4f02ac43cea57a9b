import { expect } from 'vitest'
import { Browser } from '../browser.ts'

/**
 * A visitor without a browser and so without the portal's script: plain forms, one page after the
 * other.
 */
export class Walker extends Browser {
  /** Where the last answer leads. */
  get to(): string | null {
    return this.lastHeaders.get('location')
  }

  /** What follows a form that was taken. */
  follow(): Promise<string> {
    expect(this.lastStatus).toBe(303)
    return this.get(this.to!)
  }

  /** Logs in anew, as far as the password does. */
  async logIn(account: { email: string; password: string }): Promise<string> {
    this.cookies.delete('__Host-session')
    await this.post('/login', account)
    return this.follow()
  }

  /** Types a code where the portal asks for one before it goes on. */
  async confirmIt(code: string): Promise<string> {
    const page = await this.follow()
    expect(page).toContain('Confirm it is you')
    const hidden = (name: string): string =>
      new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? ''
    return this.post('/security/verify', { purpose: hidden('purpose'), then: hidden('then'), code })
  }
}
