/** As much of a browser as plain HTML forms need: cookies, and the headers of the last answer. */
export class Browser {
  readonly cookies = new Map<string, string>()
  lastHeaders = new Headers()
  lastStatus = 0
  readonly #origin: string

  constructor(origin: string) {
    this.#origin = origin
  }

  get(path: string): Promise<string> {
    return this.#fetch(path, { method: 'GET' })
  }

  post(path: string, fields: Record<string, string> = {}): Promise<string> {
    return this.#fetch(path, { method: 'POST', body: new URLSearchParams(fields) })
  }

  async #fetch(path: string, init: { method: string; body?: URLSearchParams }): Promise<string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(this.#origin + path, {
      ...init,
      headers: { cookie },
      redirect: 'manual',
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    this.lastHeaders = response.headers
    this.lastStatus = response.status
    return response.text()
  }
}
