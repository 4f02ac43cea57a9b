import { readFileSync } from 'node:fs'
import { type AddressInfo } from 'node:net'
import { createTransport } from 'nodemailer'
import type { EventDetail, KeystepEvent } from 'keystep'
import { SMTPServer } from 'smtp-server'
import ts from 'typescript'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mailer } from '../../examples/mail/mailer.ts'
import { wordsFor } from '../../examples/mail/words.ts'
import { acceptedOf, challenge, enroll, house, login } from '../flow/house.ts'
import { until } from './loopback.ts'

interface Mail {
  from: string
  to: string[]
  head: string
  text: string
}

/** A mail server on loopback: it keeps what it gets, and can be made to refuse or to hang. */
async function startPostOffice() {
  const inbox: Mail[] = []
  const office = { inbox, mode: 'open' as 'open' | 'refusing' | 'hanging' }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onMailFrom: (_, __, callback) => {
      if (office.mode === 'refusing') callback(new Error('no'))
      else if (office.mode === 'open') callback()
    },
    onData: (stream, session, callback) => {
      let raw = ''
      stream
        .on('data', (chunk) => {
          raw += String(chunk)
        })
        .on('end', () => {
          const [head = '', ...text] = raw.split('\r\n\r\n')
          const { mailFrom, rcptTo } = session.envelope
          inbox.push({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            head,
            text: unquoted(text.join('\n\n')),
          })
          callback()
        })
    },
  })
  const listening = server.listen(0, '127.0.0.1')
  await new Promise((resolve) => listening.once('listening', resolve))
  const transport = createTransport({
    host: '127.0.0.1',
    port: (listening.address() as AddressInfo).port,
    secure: false,
    ignoreTLS: true,
  })
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve()
      })
    })
  return { office, transport, close }
}

function unquoted(text: string): string {
  return text
    .replaceAll('=\r\n', '')
    .replaceAll('\r\n', '\n')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}

let post: Awaited<ReturnType<typeof startPostOffice>>
beforeEach(async () => {
  post = await startPostOffice()
})
afterEach(() => post.close())

const subjects = (): string[] =>
  post.office.inbox.map(({ head }) => /^Subject: (.*)$/m.exec(head)![1]!.trim())

function portal(
  addressOf: (userId: string) => Promise<string | null> = (userId) =>
    Promise.resolve(`${userId}@example.com`),
) {
  const errors: unknown[] = []
  const onEvent = mailer({
    transport: post.transport,
    from: 'Example Hosting <security@example.com>',
    addressOf,
  })
  return { errors, ...house({ onEvent, onError: (error) => void errors.push(error) }) }
}

describe('mails by nodemailer, over SMTP', () => {
  it('"a backup code was used" reaches its owner, with the circumstances and without the code', async () => {
    const { twoFactor, clock } = portal()
    const { backupCodes } = await enroll(twoFactor, 'ann', clock)
    const code = backupCodes[0]!
    acceptedOf(
      await login(twoFactor, 'ann', code, { context: { ip: '192.0.2.7', userAgent: 'Firefox' } }),
    )
    const mail = await until('the mail', () =>
      post.office.inbox.find(({ head }) => head.includes('A backup code was used')),
    )
    expect(mail).toMatchObject({ from: 'security@example.com', to: ['ann@example.com'] })
    expect(mail.text).toContain('You have 9 backup codes left.')
    expect(mail.text).toContain(`${clock().toISOString()}, from 192.0.2.7, by Firefox`)
    expect(mail.head + mail.text).not.toContain(code)
    expect(mail.text).not.toMatch(/https?:/)
  })

  it('is silent about logins, and about wrong codes until somebody has the password', async () => {
    const { twoFactor, clock } = portal()
    const { phone } = await enroll(twoFactor, 'ann', clock)
    const right = phone.code(clock.advance({ seconds: 30 }))
    acceptedOf(await login(twoFactor, 'ann', right))
    const asked = await challenge(twoFactor, 'ann')
    for (let n = 0; n < 5; n++)
      await twoFactor.login.verify({
        challenge: asked,
        code: right === '000000' ? '111111' : '000000',
      })
    await until('two mails', () => (post.office.inbox.length >= 2 ? true : undefined))
    expect(subjects()).toEqual([
      'An authenticator app was added',
      'Somebody tried codes for your account',
    ])
    expect(post.office.inbox[1]!.text).toContain('5 wrong codes in a row')
  })

  it.each(['refusing', 'hanging'] as const)(
    'a mail server that is %s neither blocks nor undoes a login',
    async (mode) => {
      post.office.mode = mode
      const { twoFactor, clock, errors } = portal()
      const { phone } = await enroll(twoFactor, 'ann', clock)
      acceptedOf(await login(twoFactor, 'ann', phone.code(clock.advance({ seconds: 30 }))))
      if (mode === 'hanging') expect(errors).toEqual([])
      else
        expect(await until('the report', () => errors[0])).toMatchObject({
          code: 'ERR_EVENT_HANDLER',
        })
    },
  )

  it('an address is one recipient, whatever is in it', async () => {
    const { twoFactor, clock, errors } = portal(() =>
      Promise.resolve('ann@example.com, eve@example.net'),
    )
    await enroll(twoFactor, 'ann', clock)
    await until(
      'the mail, or the report that there is no such address',
      () => post.office.inbox[0] ?? errors[0],
    )
    expect(post.office.inbox.flatMap(({ to }) => to)).not.toContain('eve@example.net')
  })

  it('a user without an address gets none', async () => {
    const { twoFactor, clock, errors } = portal((userId) =>
      Promise.resolve(userId === 'ann' ? null : 'ben@example.com'),
    )
    await enroll(twoFactor, 'ann', clock)
    await enroll(twoFactor, 'ben', clock)
    await until('the mail to Ben', () => post.office.inbox[0])
    expect(post.office.inbox.map(({ to }) => to)).toEqual([['ben@example.com']])
    expect(errors).toEqual([])
  })

  it('a label or browser name with line breaks adds no header (header injection)', async () => {
    const event = {
      type: 'factor.removed',
      factorId: 'f',
      kind: 'totp',
      label: 'x\r\nBcc: eve@example.net',
      at: new Date(),
      userId: 'ann',
      userAgent: 'a\r\nb',
    } satisfies KeystepEvent
    await mailer({
      transport: post.transport,
      from: 'security@example.com',
      addressOf: () => Promise.resolve('ann@example.com'),
    })(event)
    expect(post.office.inbox[0]).toMatchObject({ to: ['ann@example.com'] })
    expect(post.office.inbox[0]!.head).not.toMatch(/^Bcc/im)
  })
})

describe('the words', () => {
  const at = new Date('2026-11-22T12:00:00Z')
  const every: { [T in EventDetail['type']]: Extract<EventDetail, { type: T }> } = {
    'factor.enrolled': { type: 'factor.enrolled', factorId: 'f', kind: 'totp', label: 'Phone' },
    'factor.imported': { type: 'factor.imported', factorId: 'f', kind: 'totp', label: 'Phone' },
    'factor.removed': {
      type: 'factor.removed',
      factorId: 'f',
      kind: 'sms',
      label: 'Backup number',
    },
    'factor.renamed': { type: 'factor.renamed', factorId: 'f', label: 'Phone' },
    'code.accepted': { type: 'code.accepted', kind: 'totp', purpose: 'login', failuresBefore: 5 },
    'code.rejected': {
      type: 'code.rejected',
      counter: 'codes',
      inARow: 5,
      passwordKnown: true,
      within30Days: 5,
      kind: 'totp',
      purpose: 'login',
    },
    'code.refused': {
      type: 'code.refused',
      reason: 'already_used',
      kind: 'totp',
      purpose: 'login',
    },
    'locked': { type: 'locked', counter: 'codes', retryAt: at },
    'exhausted': { type: 'exhausted', counter: 'recovery' },
    'backup_code.used': { type: 'backup_code.used', left: 1 },
    'backup_codes.low': { type: 'backup_codes.low', left: 3 },
    'backup_codes.regenerated': { type: 'backup_codes.regenerated', count: 10 },
    'device.remembered': {
      type: 'device.remembered',
      deviceId: 'd',
      label: 'Firefox',
      expiresAt: at,
    },
    'device.revoked': { type: 'device.revoked', deviceId: 'd', label: 'Firefox' },
    'sms.sent': { type: 'sms.sent', to: 'primary' },
    'support_code.issued': {
      type: 'support_code.issued',
      actor: 'agent 7',
      reason: 'lost phone',
      expiresAt: at,
    },
    'reset': { type: 'reset', actor: 'agent 7', reason: 'lost phone' },
    'password.changed': { type: 'password.changed' },
    'unlocked': { type: 'unlocked', actor: 'agent 7', reason: 'guessed at', codesJudged: 7 },
    'erased': { type: 'erased', actor: 'agent 7', reason: 'contract ended' },
    'moved': { type: 'moved', from: 'bob', actor: 'agent 7', reason: 'renamed' },
    'exported': { type: 'exported', actor: 'agent 7', reason: 'asked for it' },
    'restored': { type: 'restored', actor: 'agent 7', reason: 'disk failed' },
    'keyring.replaced': {
      type: 'keyring.replaced',
      actor: 'agent 7',
      reason: 'lost',
      keyIds: ['k1'],
    },
    'sms.ceiling_near': { type: 'sms.ceiling_near', scope: '+49', most: 100, until: at },
    'sms.ceiling_reached': { type: 'sms.ceiling_reached', scope: '+49', most: 100, until: at },
  }
  const silent = new Set([
    'erased',
    'moved',
    'keyring.replaced',
    'sms.ceiling_near',
    'sms.ceiling_reached',
    'device.revoked',
    'factor.imported',
    'factor.renamed',
    'locked',
    'sms.sent',
  ])

  it('the examples here are the whole union of src/record/events.ts', () => {
    const source = ts.createSourceFile(
      'events.ts',
      readFileSync('src/record/events.ts', 'utf8'),
      ts.ScriptTarget.ES2022,
      true,
    )
    const union = source.statements.find(
      (one) => ts.isTypeAliasDeclaration(one) && one.name.text === 'EventDetail',
    )!
    const types = [...union.getText().matchAll(/\{\s*type: '([a-z_.]+)'/g)].map(([, type]) => type)
    expect(types.length).toBeGreaterThan(10)
    expect(Object.keys(every).sort()).toEqual(types.sort())
  })

  it.each(Object.values(every))('$type', (detail) => {
    const words = wordsFor({ ...detail, at, userId: 'ann' })
    expect(words === null).toBe(silent.has(detail.type))
    if (!words) return
    expect(words.subject).toMatch(/^[A-Z].{5,60}$/)
    expect(words.text).toMatch(/^[A-Z"][\s\S]*\.$/)
    // What our support wrote about a user is for our support.
    expect(words.text).not.toMatch(/agent 7|lost phone|undefined|NaN/)
  })

  it('twenty wrong codes within 30 days are told as such, and of what was not judged the replay alone', () => {
    const few = {
      type: 'code.rejected',
      counter: 'codes',
      inARow: 2,
      passwordKnown: true,
      within30Days: 20,
      kind: 'totp',
      purpose: 'login',
      at,
      userId: 'ann',
    } as const
    expect(wordsFor(few)?.text).toContain('20 wrong codes within 30 days')
    const refused = {
      type: 'code.refused',
      kind: 'totp',
      purpose: 'login',
      at,
      userId: 'ann',
    } as const
    for (const reason of [
      'locked',
      'exhausted',
      'expired',
      'malformed_code',
      'factor_unavailable',
    ] as const)
      expect(wordsFor({ ...refused, reason })).toBeNull()
    expect(wordsFor({ ...refused, reason: 'already_used', purpose: 'enroll' })).toBeNull()
  })

  it("fewer than five wrong codes are nobody's business", () => {
    expect(
      wordsFor({
        type: 'code.rejected',
        counter: 'codes',
        inARow: 4,
        passwordKnown: false,
        within30Days: 4,
        kind: 'totp',
        purpose: 'login',
        at,
        userId: 'ann',
      }),
    ).toBeNull()
    expect(
      wordsFor({
        type: 'code.accepted',
        kind: 'totp',
        purpose: 'login',
        failuresBefore: 4,
        at,
        userId: 'ann',
      }),
    ).toBeNull()
  })
})
