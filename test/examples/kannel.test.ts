import { KeystepError, Secret } from 'keystep'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { kannelSender } from '../../examples/sms/kannel.ts'
import { acceptedOf, challenge, house, SESSION } from '../flow/house.ts'
import { firstPermit } from '../flow/sms-house.ts'
import { KANNEL, type Received, receivedIn, startKannel } from './kannel-gateway.ts'
import { freePort, until } from './loopback.ts'
import { describeWith } from './programs.ts'

const user = { username: 'portal', password: 'p w&d+%41' }
const NUMBER = '+4915112345678'
/** The line that phones fill in on one domain alone. */
const BOUND = /\n\n@portal\.example\.com #\d{6}$/

describeWith(KANNEL, 'a Kannel gateway, for real', () => {
  let gateway: Awaited<ReturnType<typeof startKannel>>
  beforeAll(async () => {
    gateway = await startKannel(user)
  })
  afterAll(() => gateway.stop())

  /** The message after those that were there before, once its last line is there too. */
  const after = (count: number, end = /$/): Promise<Received> =>
    until('a message', () =>
      gateway
        .inbox()
        .slice(count)
        .find(({ text }) => end.test(text)),
    )
  const sender = (options: object = {}) =>
    kannelSender({ url: gateway.url, ...user, from: '4477', ...options })
  const portal = (options: object = {}) =>
    house({
      issuer: 'Müller & Söhne',
      sms: { sender: sender(options), countries: ['+49'], originDomain: 'portal.example.com' },
    })

  it('a number is enrolled, and the code that the network received logs in', async () => {
    const { twoFactor, clock } = portal()
    const permit = await firstPermit({ twoFactor, clock }, 'ada')
    const enrolled = acceptedOf(
      await twoFactor.sms.enroll({ permit, sessionId: SESSION, number: '+49 151 12345678' }),
    )
    const first = await after(0, BOUND)
    expect(first).toMatchObject({ from: '4477', to: NUMBER, coding: 'text' })
    const confirmed = await twoFactor.sms.confirm({
      enrollment: enrolled.enrollment,
      sessionId: SESSION,
      code: codeOn(first),
    })
    expect(confirmed.outcome).toBe('accepted')

    clock.advance({ seconds: 30 })
    const asked = await challenge(twoFactor, 'ada')
    expect(acceptedOf(await twoFactor.sms.send({ challenge: asked })).hint).toBe('•••• 5678')
    const second = await after(1, BOUND)
    expect(second.text).toMatch(
      /^\d{6} is your Müller & Söhne code\. Do not share it with anyone\.\n\n@/,
    )
    expect(second.text.endsWith(`#${codeOn(second)}`)).toBe(true)
    const verdict = acceptedOf(
      await twoFactor.login.verify({ challenge: asked, code: codeOn(second) }),
    )
    const { userId, assurance, amr } = verdict.grant
    expect({ userId, assurance, amr }).toEqual({
      userId: 'ada',
      assurance: 'mfa',
      amr: ['pwd', 'sms', 'mfa'],
    })
  })

  it.each([
    ['text', '123456: @£$¥èéùìòÇØøÅå_ÆæßÉ!"#¤%&\'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà'],
    ['text', 'ΔΦΓΛΩΠΨΣΘΞ ^{}\\[~]|€ a=b&c=d %41 +'],
    ['ucs-2', '123456 コード, код, č, 🔑'],
  ])('TS 23.038: what leaves as %s arrives letter by letter', async (coding, text) => {
    const count = gateway.inbox().length
    await sender()({ to: new Secret(NUMBER), text: new Secret(text) })
    expect(await after(count)).toEqual({ from: '4477', to: NUMBER, coding, text })
  })

  it('a refusal is ERR_SMS_SENDER, repeats neither number nor password, and gives the 30 seconds back', async () => {
    const { twoFactor, clock } = portal({ password: 'of somebody else' })
    const permit = await firstPermit({ twoFactor, clock }, 'bob')
    const enroll = (): Promise<unknown> =>
      twoFactor.sms.enroll({ permit, sessionId: SESSION, number: NUMBER })
    const error = await enroll().then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({
      code: 'ERR_SMS_SENDER',
      cause: { message: expect.stringMatching(/^Kannel: HTTP 403, /) as string },
    })
    expect(String((error as KeystepError).cause)).not.toMatch(/5678|somebody/)
    await expect(enroll()).rejects.toMatchObject({ code: 'ERR_SMS_SENDER' })
    expect(await enroll()).toMatchObject({ reason: 'too_soon' })
  })

  it('a gateway that is not there is said to be not reached', async () => {
    const url = `http://127.0.0.1:${await freePort()}/cgi-bin/sendsms`
    await expect(
      sender({ url })({ to: new Secret(NUMBER), text: new Secret('123456') }),
    ).rejects.toThrow('Kannel: not reached (ECONNREFUSED)')
  })
})

it('the lines of fakesmsc are put together again', () => {
  const said =
    '0 Got message 1: <1 2 text a>\nnoise\n0 Got message 2: <>\n0 Got message 3: <b <c> d>\n0 Got message 4: <1 +2 ucs-2 %00+0%B3>\n'
  expect(receivedIn(said)).toEqual([
    { from: '1', to: '2', coding: 'text', text: 'a\n\nb <c> d' },
    { from: '1', to: '+2', coding: 'ucs-2', text: ' コ' },
  ])
})

function codeOn({ text }: Received): string {
  return /^(\d{6}) /.exec(text)![1]!
}
