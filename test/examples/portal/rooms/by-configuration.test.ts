import { expect, it } from 'vitest'
import { configurationFrom } from '../../../../examples/portal/configuration.ts'
import { startPortal } from '../../../../examples/portal/start.ts'
import { Browser } from '../../browser.ts'

/** The status of a page in a portal that is started with this environment. */
async function statusOf(path: string, environment: Record<string, string>): Promise<number> {
  const portal = await startPortal(configurationFrom({ PORT: '0', ...environment }))
  try {
    const browser = new Browser(portal.origin)
    await browser.post('/login', { email: 'ada@example.com', password: 'correct horse battery' })
    await browser.get(path)
    return browser.lastStatus
  } finally {
    await portal.close()
  }
}

const kannel = {
  SMS: 'kannel',
  KANNEL_URL: 'http://127.0.0.1:1/',
  KANNEL_USERNAME: 'u',
  KANNEL_PASSWORD: 'p',
  KANNEL_FROM: 'Harbor',
}

it('with an SMS provider there is no page that shows messages, with a mail server none that shows mails', async () => {
  expect(await statusOf('/phone', {})).toBe(200)
  expect(await statusOf('/outbox', {})).toBe(200)
  expect(await statusOf('/phone', kannel)).toBe(404)
  expect(await statusOf('/outbox', { MAIL: 'smtp://127.0.0.1:1' })).toBe(404)
})

it('a configuration that cannot be meant is an error that names the variable, and never shows its value', () => {
  const wrong = {
    PORT: '70000',
    PORTAL_ORIGIN: 'portal.example',
    PORTAL_ONE_PAGE: 'yes',
    DATABASE_URL: 'mysql://u:secret@h/d',
    REDIS_URL: 'secret',
    SMS: 'pigeon',
    MAIL: 'secret',
  }
  for (const [name, value] of Object.entries(wrong)) {
    expect(() => configurationFrom({ [name]: value }), name).toThrow(name)
    expect(() => configurationFrom({ [name]: value }), name).not.toThrow('secret')
  }
  expect(() => configurationFrom({ SMS: 'twilio', TWILIO_ACCOUNT_SID: 'AC1' })).toThrow(
    'SMS=twilio needs TWILIO_AUTH_TOKEN',
  )
})
