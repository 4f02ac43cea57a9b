// A portal with a second factor in one file: Express 5, plain HTML forms, SQLite. Start it, then
// open http://127.0.0.1:3000 Changes are POSTs and cookies are SameSite=Lax, so no other site can
// cause a change (CSRF). Behind HTTPS, add `secure: true`.
import { randomBytes, randomUUID, scryptSync, timingSafeEqual } from 'node:crypto'
import express, { type Request, type Response } from 'express'
import {
  createKeyring,
  createTwoFactor,
  generateKeyringKey,
  type LoginGrant,
  MANAGE_FACTORS,
} from 'keystep'
import { qrDataUri } from 'keystep/qr'
import { sqliteStore } from 'keystep/stores/sqlite'
import Database from 'libsql'

// set the last two to keep accounts over a restart
const { PORT = '3000', DATABASE = ':memory:', KEYSTEP_KEYS } = process.env
const db = new Database(DATABASE)
db.exec('CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, name TEXT UNIQUE, password TEXT)')
const store = sqliteStore(db)
await store.migrate()
const twoFactor = createTwoFactor({
  issuer: 'Portal',
  store,
  keyring: createKeyring(KEYSTEP_KEYS ?? generateKeyringKey()),
})
const addUser = db.prepare('INSERT OR IGNORE INTO users VALUES (?, ?, ?)')
const userBy = (column: 'id' | 'name', value: string) =>
  db.prepare(`SELECT * FROM users WHERE ${column} = ?`).get(value) as
    { id: string; name: string; password: string } | undefined
const hash = (password: string, salt: string) => scryptSync(password, salt, 32, { p: 5 })
type Refusal = { outcome?: string; reason?: string; attemptsLeft?: number; retryAt?: Date }
type Session = {
  sessionId: string
  userId: string
  firstFactorAt: Date
  securityStamp: string
  permit: string
  enrollment: string
}
const sessions = new Map<string, Session>()
const cookieOf = (req: Request, name: string) =>
  new RegExp(`(?:^|; )${name}=([^;]*)`).exec(req.get('cookie') ?? '')?.[1] ?? ''
const setCookie = (res: Response, name: string, value: string) =>
  res.cookie(name, value, { httpOnly: true, sameSite: 'lax' })
const sessionOf = (req: Request) => sessions.get(cookieOf(req, 'session'))
/**
 * Keystep alone makes grants, so a route that forgets the second factor has none to come in with.
 * Every session has a new id.
 */
function openSession(
  req: Request,
  res: Response,
  { userId, verifiedAt, securityStamp }: LoginGrant,
  text: string,
  html = '',
) {
  sessions.delete(cookieOf(req, 'session'))
  const sessionId = randomBytes(32).toString('base64url')
  sessions.set(sessionId, {
    sessionId,
    userId,
    firstFactorAt: verifiedAt,
    securityStamp,
    permit: '',
    enrollment: '',
  })
  return send(setCookie(res, 'session', sessionId).clearCookie('challenge'), text, html)
}
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
const page = (text: string, html: string) =>
  `<!doctype html><title>Portal</title><p>${escapeHtml(text)}</p>${html} <a href="/">home</a>`
const send = (res: Response, text: string, html = '') =>
  res.set('Cache-Control', 'no-store').send(page(text, html))
const input = (name: string) =>
  `${name} <input name="${name}" type="${name === 'password' ? name : 'text'}" required> `
const form = (path: string, ...inputs: string[]) =>
  // a double click sends it once
  `<form method="post" action="/${path}" onsubmit="return !(this.at > Date.now() - 2000) && !!(this.at = Date.now())">${inputs.map(input).join('')}<button>${path}</button></form>`
const typed = (req: Request, name: string) =>
  String((req.body as Record<string, string> | undefined)?.[name])
const words = ({ reason = 'not possible here', attemptsLeft: left, retryAt }: Refusal) =>
  reason.replace('_', ' ') +
  (left ? `: ${left} tries left` : '') +
  (retryAt ? `: wait until ${retryAt.toLocaleTimeString()}` : '')

// production: errors show no stack trace
const app = express().set('env', 'production').use(express.urlencoded())
app.post('/sign-up', (req, res) => {
  const id = randomUUID()
  const { changes } = addUser.run(
    id,
    typed(req, 'name'),
    hash(typed(req, 'password'), id).toString('hex'),
  )
  send(res, changes === 1 ? 'Your account is made: log in.' : 'That name is taken.')
})
app.post('/log-in', async (req, res) => {
  const user = userBy('name', typed(req, 'name'))
  // an unknown name takes as long as a wrong password
  const hashed = hash(typed(req, 'password'), user?.id ?? '')
  if (!user || !timingSafeEqual(hashed, Buffer.from(user.password, 'hex')))
    return send(res, 'Wrong name or password.')
  const login = await twoFactor.login.begin({ userId: user.id })
  if (login.next === 'challenge')
    return send(
      setCookie(res, 'challenge', login.challenge),
      'Code or backup code:',
      form('code', 'code'),
    )
  return login.next === 'proceed'
    ? openSession(req, res, login.grant, 'You are logged in.')
    : send(res, words({}))
})
app.post('/code', async (req, res) => {
  const verdict = await twoFactor.login.verify({
    challenge: cookieOf(req, 'challenge'),
    code: typed(req, 'code'),
  })
  if (verdict.outcome !== 'accepted') return send(res, words(verdict), form('code', 'code'))
  return openSession(
    req,
    res,
    verdict.grant,
    `You are logged in; wrong codes before this login: ${verdict.failuresBefore}.`,
  )
})
const entrance = form('log-in', 'name', 'password') + form('sign-up', 'name', 'password')
app.use(async (req, res, next) => {
  const session = sessionOf(req)
  // A change of factors in another session has ended this one.
  const isOpen = session && (await twoFactor.sessions.check(session)).outcome === 'accepted'
  if (isOpen) next()
  else send(res, 'You are logged out.', entrance)
})
app.get('/', async (req, res) => {
  const session = sessionOf(req)!
  const { backupCodesLeft } = await twoFactor.status(session)
  const step = await twoFactor.stepUp.begin({ ...session, purpose: MANAGE_FACTORS })
  if (step.next === 'challenge') setCookie(res, 'challenge', step.challenge)
  if (step.next === 'proceed') session.permit = step.permit
  const choice = {
    proceed: form('enable'),
    challenge: form('disable', 'code'),
    confirm_first_factor: 'To enable, log in again.',
  }
  send(
    res,
    `Hello ${userBy('id', session.userId)!.name}: ${backupCodesLeft} backup codes left.`,
    choice[step.next] + form('log-out'),
  )
})
const sendKey = async (res: Response, session: Session, text: string) => {
  const shown = await twoFactor.totp.pending(session)
  if (shown.outcome === 'rejected') return send(res, 'That took too long: begin again.')
  const key = `<img src="${qrDataUri(shown.keyUri)}" alt="QR code"> <code>${shown.manualKey.reveal()}</code>`
  return send(res, text, key + form('confirm', 'code'))
}
app.post('/enable', async (req, res) => {
  const session = sessionOf(req)!
  const begun = await twoFactor.totp.enroll({
    ...session,
    account: userBy('id', session.userId)!.name,
  })
  if (begun.outcome === 'accepted') session.enrollment = begun.enrollment
  await sendKey(res, session, 'Scan the picture with your app, or type the key.')
})
app.post('/confirm', async (req, res) => {
  const session = sessionOf(req)!
  const confirmed = await twoFactor.totp.confirm({ ...session, code: typed(req, 'code') })
  if (confirmed.outcome === 'rejected') return sendKey(res, session, words(confirmed))
  const codes = confirmed.backupCodes?.reveal().join('\n') ?? 'those that you have'
  return openSession(
    req,
    res,
    confirmed.grant,
    'Two-factor is on. Your backup codes, shown this once:',
    `<pre>${codes}</pre>`,
  )
})
app.post('/disable', async (req, res) => {
  const session = sessionOf(req)!
  const step = await twoFactor.stepUp.verify({
    ...session,
    challenge: cookieOf(req, 'challenge'),
    code: typed(req, 'code'),
  })
  if (step.outcome === 'rejected') return send(res, words(step), form('disable', 'code'))
  const removed = await twoFactor.factors.removeAll({ ...session, permit: step.permit })
  if (removed.outcome === 'rejected') return send(res, 'Nothing was changed.')
  session.securityStamp = removed.securityStamp // this session goes on, and every other one ends
  return send(res, 'Two-factor is off.')
})
app.post('/log-out', (req, res) =>
  send(res, sessions.delete(cookieOf(req, 'session')) ? 'Goodbye.' : ''),
)
app.listen(Number(PORT), '127.0.0.1', (error) => {
  if (error) throw error
  else console.log(`http://127.0.0.1:${PORT}`)
})
