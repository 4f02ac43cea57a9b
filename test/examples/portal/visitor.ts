import type { BrowserContext, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** Somebody at a browser, who finds things as people do: by what they are and what they are called. */
export class Visitor {
  readonly page: Page
  readonly #origin: string

  constructor(page: Page, origin: string) {
    this.page = page
    this.#origin = origin
  }

  get context(): BrowserContext {
    return this.page.context()
  }

  /** Opens another tab. */
  async tab(): Promise<Visitor> {
    return new Visitor(await this.context.newPage(), this.#origin)
  }

  async open(path: string): Promise<void> {
    await this.page.goto(this.#origin + path)
  }

  /** Waits for the page of this heading. */
  async on(heading: string): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
  }

  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true })
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

  async press(name: string | RegExp): Promise<void> {
    await this.button(name).click()
  }

  async follow(name: string): Promise<void> {
    await this.link(name).click()
  }

  /** Waits until the page says it. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor()
  }

  /** What the page says was wrong; waits for it. */
  async alert(): Promise<string> {
    return (await this.page.getByRole('alert').innerText()).replaceAll(/\s+/g, ' ')
  }
}
