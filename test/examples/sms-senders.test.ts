import type { ServerResponse } from 'node:http'
import { Secret, type SmsSender } from 'keystep'
import { afterEach, describe, expect, it } from 'vitest'
import { isGsm7 } from '../../examples/sms/gsm7.ts'
import { kannelSender } from '../../examples/sms/kannel.ts'
import { twilioSender } from '../../examples/sms/twilio.ts'
import { vonageSender } from '../../examples/sms/vonage.ts'
import { freePort, listen, type Wire } from './loopback.ts'

const NUMBER = '+4915112345678'
const TEXT = '123456 is your A&B+C code.\n\n@example.com #123456'
const SECRETS = /15112345678|123456|hush|%C3%BC|ü/
const AUTH = { user: 'key', password: 'hüsh' }

const senders: Record<string, (url: string, timeoutMs?: number) => SmsSender> = {
  Twilio: (url, timeoutMs = 5_000) =>
    twilioSender({
      accountSid: AUTH.user,
      authToken: AUTH.password,
      from: 'Portal',
      url,
      timeoutMs,
    }),
  Vonage: (url, timeoutMs = 5_000) =>
    vonageSender({ apiKey: AUTH.user, apiSecret: AUTH.password, from: 'Portal', url, timeoutMs }),
  Kannel: (url, timeoutMs = 5_000) =>
    kannelSender({
      url: `${url}/cgi-bin/sendsms`,
      username: AUTH.user,
      password: 'hush',
      from: 'Portal',
      timeoutMs,
    }),
}
const TAKEN: Record<string, (response: ServerResponse) => void> = {
  Twilio: json(201, { sid: 'SM1', status: 'queued', error_code: null }),
  Vonage: json(200, {
    'message-count': '1',
    'messages': [{ 'to': '4915112345678', 'message-id': 'm', 'status': '0' }],
  }),
  Kannel: plain(202, '0: Accepted for delivery'),
}

let server: Awaited<ReturnType<typeof listen>>
afterEach(() => server.close())

/** Sends one message to a provider that answers so: the request, and the error if it failed. */
async function send(
  name: string,
  answer = TAKEN[name]!,
  text = TEXT,
): Promise<{ wire: Wire; error: Error | null }> {
  server = await listen((_, response) => {
    answer(response)
  })
  const error = await senders[name]!(server.url)({
    to: new Secret(NUMBER),
    text: new Secret(text),
  }).then(
    () => null,
    (thrown: unknown) => thrown as Error,
  )
  return { wire: server.requests[0]!, error }
}

describe('the request of every sender', () => {
  it('Twilio: a form to the account, with a validity of the life of a code', async () => {
    const { wire, error } = await send('Twilio')
    expect(error).toBeNull()
    expect(wire).toMatchObject({ method: 'POST', path: '/2010-04-01/Accounts/key/Messages.json' })
    expect(wire.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    expect(Object.fromEntries(new URLSearchParams(wire.body))).toEqual({
      To: NUMBER,
      From: 'Portal',
      Body: TEXT,
      ValidityPeriod: '300',
    })
    expect(
      Buffer.from(wire.headers.authorization!.slice('Basic '.length), 'base64').toString(),
    ).toBe('key:hüsh')
  })

  it('Twilio: a messaging service instead of a number, an API key instead of the account', async () => {
    server = await listen((_, response) => {
      TAKEN['Twilio']!(response)
    })
    const sender = twilioSender({
      accountSid: 'AC1',
      user: 'SK1',
      authToken: 's',
      from: 'MG1',
      url: server.url,
    })
    await sender({ to: new Secret(NUMBER), text: new Secret(TEXT) })
    const { body, headers } = server.requests[0]!
    expect(new URLSearchParams(body).get('MessagingServiceSid')).toBe('MG1')
    expect(new URLSearchParams(body).has('From')).toBe(false)
    expect(headers.authorization).toBe(`Basic ${btoa('SK1:s')}`)
  })

  it.each([
    ['text', TEXT],
    ['unicode', '123456 č'],
  ])('Vonage: a form of type %s, the number without its plus', async (type, text) => {
    const { wire, error } = await send('Vonage', TAKEN['Vonage'], text)
    expect(error).toBeNull()
    expect(wire).toMatchObject({ method: 'POST', path: '/sms/json' })
    expect(Object.fromEntries(new URLSearchParams(wire.body))).toEqual({
      from: 'Portal',
      to: NUMBER.slice(1),
      text,
      type,
      ttl: '300000',
    })
    expect(
      Buffer.from(wire.headers.authorization!.slice('Basic '.length), 'base64').toString(),
    ).toBe('key:hüsh')
  })

  it.each([
    ['0', TEXT],
    ['2', '123456 č'],
  ])('Kannel: coding %s, nothing secret in the address', async (coding, text) => {
    const { wire, error } = await send('Kannel', TAKEN['Kannel'], text)
    expect(error).toBeNull()
    expect(wire).toMatchObject({ method: 'POST', path: '/cgi-bin/sendsms', body: text })
    expect(wire.headers).toMatchObject({
      'content-type': 'text/plain; charset=UTF-8',
      'x-kannel-username': 'key',
      'x-kannel-password': 'hush',
      'x-kannel-from': 'Portal',
      'x-kannel-to': NUMBER,
      'x-kannel-coding': coding,
      'x-kannel-validity': '5',
    })
  })
})

const refusals: [string, string, (response: ServerResponse) => void, string][] = [
  [
    'Twilio',
    'a bad number, which the answer repeats',
    json(400, {
      code: 21211,
      message: `The 'To' number ${NUMBER} is not a valid phone number.`,
      status: 400,
    }),
    'HTTP 400, code 21211',
  ],
  [
    'Twilio',
    'bad credentials',
    json(401, { code: 20003, message: 'Authenticate' }),
    'HTTP 401, code 20003',
  ],
  ['Twilio', 'a proxy on the way', plain(502, '<html>Bad Gateway'), 'HTTP 502, no code'],
  ['Twilio', 'a code that is none', json(400, { code: NUMBER }), 'HTTP 400, no code'],
  ['Twilio', 'JSON null', plain(500, 'null'), 'HTTP 500, no code'],
  [
    'Vonage',
    'a refusal with HTTP 200',
    json(200, { messages: [{ 'status': '4', 'error-text': `Bad credentials hush ${NUMBER}` }] }),
    'HTTP 200, code 4',
  ],
  [
    'Vonage',
    'one part of two refused',
    json(200, { messages: [{ status: '0' }, { status: '9' }] }),
    'HTTP 200, code 9',
  ],
  ['Vonage', 'an empty list', json(200, { messages: [] }), 'HTTP 200, no code'],
  ['Vonage', 'HTML with HTTP 200', plain(200, '<html>login'), 'HTTP 200, no code'],
  [
    'Vonage',
    'a failure of the server',
    json(500, { messages: [{ status: '0' }] }),
    'HTTP 500, no code',
  ],
  [
    'Kannel',
    'bad credentials',
    plain(403, `Authorization failed for sendsms hush ${NUMBER}`),
    'HTTP 403, no code',
  ],
  ['Kannel', 'a page that is no gateway', plain(200, 'hello'), 'HTTP 200, no code'],
]

describe('what is not taken rejects, with provider and code and nothing else', () => {
  it.each(refusals)('%s: %s', async (name, _, answer, message) => {
    const { error } = await send(name, answer)
    expect(error).toMatchObject({ name: 'SmsNotTaken', message: `${name}: ${message}` })
    expect(`${error!.message}${error!.stack!.split('\n')[0]!}${JSON.stringify(error)}`).not.toMatch(
      SECRETS,
    )
    expect(error!.cause).toBeUndefined()
  })

  it.each(Object.keys(senders))('%s: silence ends after the timeout', async (name) => {
    server = await listen(() => undefined)
    const sending = senders[name]!(
      server.url,
      100,
    )({ to: new Secret(NUMBER), text: new Secret(TEXT) })
    await expect(sending).rejects.toThrow(`${name}: no answer within 100 ms`)
    expect(server.requests).toHaveLength(1)
  })

  it.each(Object.keys(senders))('%s: an answer that never ends, too', async (name) => {
    server = await listen((_, response) => {
      response.writeHead(202).write('{"messages":')
    })
    const sending = senders[name]!(
      server.url,
      200,
    )({ to: new Secret(NUMBER), text: new Secret(TEXT) })
    await expect(sending).rejects.toThrow(`${name}: no answer within 200 ms`)
  })

  it.each(Object.keys(senders))('%s: nobody there', async (name) => {
    server = await listen(() => undefined)
    const sending = senders[name]!(`http://127.0.0.1:${await freePort()}`)({
      to: new Secret(NUMBER),
      text: new Secret(TEXT),
    })
    await expect(sending).rejects.toThrow(`${name}: not reached (ECONNREFUSED)`)
  })

  it.each(Object.keys(senders))(
    '%s: a redirect does not carry the credentials to another host',
    async (name) => {
      const thief = await listen((_, response) => response.end())
      const { error } = await send(name, (response) =>
        response.writeHead(307, { location: thief.url }).end(),
      )
      expect(error?.message).toMatch(`${name}: not reached`)
      expect(thief.requests).toEqual([])
      await thief.close()
    },
  )
})

it('TS 23.038 6.2.1: the alphabet has 127 characters and an escape, its extension 9 and a page break', () => {
  const inside = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
    isGsm7,
  )
  expect(inside).toHaveLength(127 + 9)
  expect(isGsm7('ç')).toBe(false)
  expect(isGsm7('`')).toBe(false)
})

function json(status: number, body: unknown): (response: ServerResponse) => void {
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function plain(status: number, body: string): (response: ServerResponse) => void {
  return (response) => response.writeHead(status, { 'content-type': 'text/plain' }).end(body)
}
