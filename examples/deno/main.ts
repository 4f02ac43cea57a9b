// A portal with a second factor on Deno.serve: plain HTML forms, accounts, sessions and keystep's
// records in Deno KV. See deno.json beside it. Challenges, permits and enrollments are made to
// travel: here in hidden fields. Changes are POSTs from the portal's own pages (CSRF).
import {
  createKeyring,
  createTwoFactor,
  generateKeyringKey,
  type LoginGrant,
  MANAGE_FACTORS,
} from 'keystep'
import { requireSameOrigin } from 'keystep/http'
import { qrDataUri } from 'keystep/qr'
import { denoKvStore } from 'keystep/stores/deno-kv'

interface User {
  id: string
  name: string
  password: string
}
interface Session {
  sessionId: string
  userId: string
  firstFactorAt: Date
  securityStamp: string
  name: string
}
interface Refusal {
  outcome?: string
  reason?: string
  attemptsLeft?: number
  retryAt?: Date
}

// set both, to keep accounts over a restart
const kv = await Deno.openKv(Deno.env.get('DATABASE') ?? ':memory:')
const keyring = createKeyring(Deno.env.get('KEYSTEP_KEYS') ?? generateKeyringKey())
const { login, stepUp, totp, factors, sessions, status } = createTwoFactor({
  issuer: 'Portal',
  store: denoKvStore(kv),
  keyring,
})
const sameOrigin = requireSameOrigin()
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
function page(text: string, html = '', session?: string) {
  const headers = new Headers({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
  })
  if (session !== undefined)
    headers.set('set-cookie', `session=${session}; Path=/; HttpOnly; Secure; SameSite=Lax`)
  return new Response(
    `<!doctype html><title>Portal</title><p>${escapeHtml(text)}</p>${html} <a href="/">home</a>`,
    { headers },
  )
}
const input = ([name, value]: [string, string]) =>
  // without a value it is for the user to fill in
  value
    ? `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`
    : `${name} <input name="${name}" type="${name === 'password' ? name : 'text'}" required> `
const form = (path: string, fields: Record<string, string> = {}) =>
  // a double click sends it once
  `<form method="post" action="/${path}" onsubmit="return !(this.at > Date.now() - 2000) && !!(this.at = Date.now())">${Object.entries(fields).map(input).join('')}<button>${path}</button></form>`
const entrance =
  form('log-in', { name: '', password: '' }) + form('sign-up', { name: '', password: '' })
const words = ({ reason = 'not possible here', attemptsLeft: left, retryAt }: Refusal) =>
  reason.replace('_', ' ') +
  (left ? `: ${left} tries left` : '') +
  (retryAt ? `: wait until ${retryAt.toISOString()}` : '')
async function hash(password: string, salt: string) {
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(password),
    'PBKDF2',
    false,
    ['deriveBits'],
  )
  const terms = {
    name: 'PBKDF2',
    hash: 'SHA-256',
    salt: new TextEncoder().encode(salt),
    iterations: 600_000,
  }
  return new Uint8Array(await crypto.subtle.deriveBits(terms, key, 256)).join()
}
async function keyPage(session: Session, enrollment: string, text: string) {
  const shown = await totp.pending({ ...session, enrollment })
  if (shown.outcome === 'rejected') return page('That took too long: begin again.')
  const key = `<img src="${qrDataUri(shown.keyUri)}" alt="QR code"> <code>${shown.manualKey.reveal()}</code>`
  return page(text, key + form('confirm', { enrollment, code: '' }))
}

async function answer(request: Request): Promise<Response> {
  const typed = new URLSearchParams(request.method === 'POST' ? await request.text() : '')
  const field = (name: string) => typed.get(name) ?? ''
  const cookie = /(?:^|; )session=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''
  /**
   * Keystep alone makes grants, so a route that forgets the second factor has none to come in with.
   * Every session has a new id.
   */
  async function openSession(
    { userId, verifiedAt, securityStamp }: LoginGrant,
    name: string,
    text: string,
    html = '',
  ) {
    const session: Session = {
      sessionId: crypto.randomUUID(),
      userId,
      firstFactorAt: verifiedAt,
      securityStamp,
      name,
    }
    await kv.delete(['sessions', cookie])
    await kv.set(['sessions', session.sessionId], session, { expireIn: 86_400_000 })
    return page(text, html, session.sessionId)
  }

  const route = `${request.method} ${new URL(request.url).pathname}`
  if (route === 'POST /sign-up') {
    const [id, name] = [crypto.randomUUID(), field('name')]
    const user: User = { id, name, password: await hash(field('password'), id) }
    const { ok } = await kv
      .atomic()
      .check({ key: ['users', name], versionstamp: null })
      .set(['users', name], user)
      .set(['names', id], name)
      .commit()
    return page(ok ? 'Your account is made: log in.' : 'That name is taken.', entrance)
  }
  if (route === 'POST /log-in') {
    const { value: user } = await kv.get<User>(['users', field('name')])
    // an unknown name takes as long as a wrong password
    const hashed = await hash(field('password'), String(user?.id))
    if (!user || hashed !== user.password) return page('Wrong name or password.', entrance)
    const begun = await login.begin({ userId: user.id })
    if (begun.next === 'challenge')
      return page('Code or backup code:', form('code', { challenge: begun.challenge, code: '' }))
    return begun.next === 'proceed'
      ? openSession(begun.grant, user.name, 'You are logged in.')
      : page(words({}))
  }
  if (route === 'POST /code') {
    const verdict = await login.verify({ challenge: field('challenge'), code: field('code') })
    if (verdict.outcome !== 'accepted')
      return page(words(verdict), form('code', { challenge: field('challenge'), code: '' }))
    const { value: name } = await kv.get<string>(['names', verdict.grant.userId])
    return openSession(
      verdict.grant,
      name ?? '',
      `You are logged in; wrong codes before this login: ${verdict.failuresBefore}.`,
    )
  }
  const { value: session } = await kv.get<Session>(['sessions', cookie])
  // A change of factors in another session has ended this one.
  if (!session || (await sessions.check(session)).outcome === 'rejected')
    return page('You are logged out.', entrance)
  if (route === 'POST /enable') {
    const begun = await totp.enroll({ ...session, permit: field('permit'), account: session.name })
    return begun.outcome === 'rejected'
      ? page(words(begun))
      : keyPage(session, begun.enrollment, 'Scan the picture with your app, or type the key.')
  }
  if (route === 'POST /confirm') {
    const confirmed = await totp.confirm({
      ...session,
      enrollment: field('enrollment'),
      code: field('code'),
    })
    if (confirmed.outcome === 'rejected')
      return keyPage(session, field('enrollment'), words(confirmed))
    const codes = confirmed.backupCodes?.reveal().join('\n') ?? 'those that you have'
    return openSession(
      confirmed.grant,
      session.name,
      'Two-factor is on. Your backup codes, shown this once:',
      `<pre>${codes}</pre>`,
    )
  }
  if (route === 'POST /disable') {
    const step = await stepUp.verify({
      ...session,
      challenge: field('challenge'),
      code: field('code'),
    })
    if (step.outcome === 'rejected')
      return page(words(step), form('disable', { challenge: field('challenge'), code: '' }))
    const removed = await factors.removeAll({ ...session, permit: step.permit })
    if (removed.outcome === 'rejected') return page('Nothing was changed.')
    // This session goes on, and every other one ends.
    const kept: Session = { ...session, securityStamp: removed.securityStamp }
    await kv.set(['sessions', cookie], kept, { expireIn: 86_400_000 })
    return page('Two-factor is off.')
  }
  if (route === 'POST /log-out')
    return kv.delete(['sessions', cookie]).then(() => page('Goodbye.', '', ''))
  const [{ backupCodesLeft }, step] = await Promise.all([
    status(session),
    stepUp.begin({ ...session, purpose: MANAGE_FACTORS }),
  ])
  const enable =
    step.next === 'proceed' ? form('enable', { permit: step.permit }) : 'To enable, log in again.'
  const choice =
    step.next === 'challenge' ? form('disable', { challenge: step.challenge, code: '' }) : enable
  return page(
    `Hello ${session.name}: ${backupCodesLeft} backup codes left.`,
    choice + form('log-out'),
  )
}

const port = Number(Deno.env.get('PORT') ?? 8000)
Deno.serve(
  { hostname: '127.0.0.1', port },
  async (request) => (request.method === 'POST' && (await sameOrigin(request))) || answer(request),
)
