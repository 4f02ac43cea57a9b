import type { BrowserContext, Locator, Page } from 'playwright-core'

/**
 * Somebody at a browser, who finds things as people do: by what they are and what they are called.
 */
export class Visitor {
  readonly page: Page
  readonly #origin: string
  readonly #hasScript: boolean

  /** @param hasScript whether the browser runs the portal's script */
  constructor(page: Page, origin: string, hasScript = true) {
    this.page = page
    this.#origin = origin
    this.#hasScript = hasScript
  }

  get context(): BrowserContext {
    return this.page.context()
  }

  /** Opens another tab, of the portal or of another application. */
  async tab(origin = this.#origin): Promise<Visitor> {
    return new Visitor(await this.context.newPage(), origin, this.#hasScript)
  }

  async open(path: string): Promise<void> {
    await this.page.goto(this.#origin + path)
  }

  /** Waits for the page of this heading. */
  async on(heading: string): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
  }

  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true }).and(this.page.locator('input, select'))
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' })
  }

  link(name: string): Locator {
    return this.page.getByRole('link', { name, exact: true })
  }

  async type(fields: Record<string, string>): Promise<void> {
    for (const [label, value] of Object.entries(fields)) await this.field(label).fill(value)
  }

  /** Presses a button that sends a form, and waits for the page that answers. */
  async press(name: string | RegExp): Promise<void> {
    await this.#answered(() => this.button(name).click())
  }

  async follow(name: string): Promise<void> {
    await this.#answered(() => this.link(name).click())
  }

  /** Waits until the page says it. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor()
  }

  /** Waits until the cursor is in this field. */
  async hasFocus(label: string): Promise<void> {
    await this.field(label).and(this.page.locator(':focus')).waitFor()
  }

  /** What the page says was wrong; waits for it. */
  async alert(): Promise<string> {
    return (await this.page.getByRole('alert').innerText()).replaceAll(/\s+/g, ' ')
  }

  /** The password, up to whatever follows it. */
  async typePassword({ email, password }: { email: string; password: string }): Promise<void> {
    await this.open('/login')
    await this.type({ 'E-mail address': email, 'Password': password })
    await this.press('Log in')
  }

  /** On a page that asks for a code. With the portal's script, six digits send themselves. */
  async typeCode(code: string, button = 'Continue'): Promise<void> {
    const sendsItself = this.#hasScript && /^\d{6}$/.test(code)
    await this.#answered(async () => {
      await this.field('Code').fill(code)
      if (!sendsItself) await this.button(button).click()
    })
  }

  async #answered(act: () => Promise<void>): Promise<void> {
    await Promise.all([this.page.waitForEvent('domcontentloaded'), act()])
  }
}
