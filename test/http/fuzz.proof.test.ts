import fc from 'fast-check'
import { createTwoFactorHandler } from 'keystep/http'
import { encodeBase32 } from 'keystep/otp'
import { memoryStore } from 'keystep/stores/memory'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { wrongCode } from '../flow/house.ts'
import { foundIn, tracesOfBytes, tracesOfText } from '../printing/traces.ts'
import { proofSize } from '../proof-size.ts'
import { type Hostile, hostile } from './hostile-requests.ts'
import { undocumented } from './openapi.ts'
import { BASE, browser, type Browser, ORIGIN, portal } from './portal.ts'
import { type Enrolled, enrollOver, permitOver, text } from './walk.ts'

const REQUESTS = proofSize({ proof: 100_000, daily: 2_000 })
const BATCH = 250
/** Routes that exist to show secrets, and what they may repeat of what they were sent. */
const SHOWS = [
  '/totp/enroll',
  '/totp/pending',
  '/totp/confirm',
  '/sms/confirm',
  '/backup-codes/regenerate',
]
const OPENS = ['/login/verify', '/totp/confirm', '/sms/confirm']

afterEach(() => {
  vi.restoreAllMocks()
})

/** A portal whose store, gateway, sessions and reporter fail now and then, with users to attack. */
async function underAttack(seed: number) {
  const dice = { next: seed >>> 0, armed: false }
  const fails = (oneIn: number): boolean => {
    dice.next = (Math.imul(dice.next, 1_664_525) + 1_013_904_223) >>> 0
    return dice.armed && (dice.next >>> 8) % oneIn === 0
  }
  const inner = memoryStore()
  const store = {
    ...inner,
    get: (key: string) =>
      fails(60) ? Promise.reject(new Error('the store is down')) : inner.get(key),
    put: (...args: Parameters<typeof inner.put>) =>
      fails(30) ? Promise.reject(new Error('the store is down')) : inner.put(...args),
  }
  const p = portal({ store })
  const users = [await enrollOver(p, 'ada'), await enrollOver(p, 'bob')]
  const session = (request: Request) =>
    fails(80) ? Promise.reject(new Error('no sessions')) : p.session(request)
  const openSession: typeof p.openSession = (grant, request) => {
    if (fails(10)) throw new Error('no room for a session')
    return p.openSession(grant, request)
  }
  return {
    p,
    users,
    fails,
    arm: (on: boolean) => {
      dice.armed = on
    },
    handler: createTwoFactorHandler(p.twoFactor, {
      ...p.settings,
      onError: undefined,
      session,
      openSession,
    }),
  }
}

type Attack = Awaited<ReturnType<typeof underAttack>>

/** True pieces of a user's present, so that requests are only partly wrong. */
async function piecesOf({ p }: Attack, user: Enrolled): Promise<Record<string, string>> {
  const { userId, at } = user
  const begun = await p.twoFactor.login.begin({ userId })
  if (begun.next !== 'challenge') return { sessionId: at.cookies.get('session') ?? '' }
  const step = await at.post('/step-up/begin', { purpose: 'manage_factors' })
  const permit = await permitOver(p, user)
  const shown = await at.post('/totp/enroll', { permit })
  const sms = await at.post('/sms/enroll', { permit, number: '+4915112345678' })
  return {
    challenge: begun.challenge,
    stepUpChallenge: text(step, 'challenge'),
    permit,
    enrollment: text(shown, 'enrollment'),
    smsEnrollment: sms.status === 200 ? text(sms, 'enrollment') : '',
    code: user.phone.code(p.clock()),
    wrongCode: wrongCode(user.phone, p.clock()),
    backupCode: user.backupCodes[0]!,
    smsCode: p.outbox.at(-1)?.code ?? '',
    factorId: user.factorId,
    sessionId: at.cookies.get('session') ?? '',
  }
}

function requestOf(
  { method, path, headers, payload, from }: Hostile,
  browsers: readonly Browser[],
  pieces: Record<string, string>,
): { request: Request; body: string } {
  const cookies = [...(browsers[from]?.cookies ?? [])].map(([name, value]) => `${name}=${value}`)
  const body = payload((name) => pieces[name] ?? '')
  const init = {
    method,
    headers: {
      ...(cookies.length > 0 && { cookie: cookies.join('; ') }),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, latin1(value)])),
    },
  }
  const request = new Request(
    ORIGIN + BASE + path,
    method === 'GET' || method === 'HEAD' ? init : { ...init, body },
  )
  return { request, body: typeof body === 'string' ? body : '' }
}

function latin1(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1')
}

function captureConsole(): string[] {
  const lines: string[] = []
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
    vi.spyOn(console, method).mockImplementation(
      (...args: unknown[]) =>
        void lines.push(...args.map((one) => inspect(one, { depth: 10, showHidden: true }))),
    )
  }
  return lines
}

describe(`${REQUESTS} hostile requests`, () => {
  it('V23: give only 2xx, 4xx or 503, as documented, open nothing without a verdict, and leave no secret in answers or logs', async () => {
    const first = proofSize({ proof: Date.now() % 1e9, daily: 20_261_122 })
    const counts = new Map<number, number>()
    let sessions = 0
    for (let done = 0; done < REQUESTS; done += BATCH) {
      const seed = first + done
      const logs = captureConsole()
      const attack = await underAttack(seed)
      const { p, users } = attack
      const secrets = users.flatMap(({ shown }) => shown)
      const keys = users.map(({ phone }) => phone.key.revealBytes())
      // A label is the user's own text, and shown again: one who calls a device by a backup code
      // sees it on the security page.
      const labels: string[] = []
      const browsers = [...users.map(({ at }) => at), browser(p.serve)]
      const pieces = [await piecesOf(attack, users[0]!), await piecesOf(attack, users[1]!)]
      attack.arm(true)
      for (const [index, one] of fc.sample(hostile, { numRuns: BATCH, seed }).entries()) {
        const where = `seed ${seed}, request ${index}: ${one.method} ${one.path}`
        const { request, body } = requestOf(one, browsers, pieces[index % 2]!)
        if (body.includes('label')) labels.push(body)
        const opened = p.opened.length
        const { pathname } = new URL(request.url)
        const response = await attack.handler(request)
        if (!response) {
          expect(pathname.startsWith(`${BASE}/`), where).toBe(false)
          continue
        }
        const { status } = response
        counts.set(status, (counts.get(status) ?? 0) + 1)
        const answer = await response.text()
        expect(
          (status >= 200 && status < 300) || (status >= 400 && status < 500) || status === 503,
          `${where}: ${status}`,
        ).toBe(true)
        const path = pathname.slice(BASE.length)
        expect(
          undocumented(request.method, path, {
            status,
            headers: response.headers,
            body: JSON.parse(answer),
          }),
          where,
        ).toEqual([])
        sessions += p.opened.length - opened
        if (p.opened.length > opened)
          expect(
            [status, (JSON.parse(answer) as { outcome: string }).outcome, OPENS.includes(path)],
            where,
          ).toEqual([200, 'accepted', true])
        const shows = status === 200 && SHOWS.includes(path)
        const hidden =
          path === '/status'
            ? secrets.filter((secret) => !labels.some((label) => label.includes(secret)))
            : secrets
        if (!shows)
          expect(
            hidden.filter((secret) => answer.includes(secret)),
            where,
          ).toEqual([])
        if (!shows)
          expect(
            tokensIn(answer, path).filter((token) => body.includes(token)),
            where,
          ).toEqual([])
        expect(answer, where).not.toMatch(
          / {4}at |node_modules|\/src\/|the store is down|no sessions|no room/,
        )
        if (shows) secrets.push(...shownIn(answer))
      }
      attack.arm(false)
      const printed = logs.join('\n')
      const traces = [
        ...keys.flatMap((key) =>
          Object.entries({ ...tracesOfBytes(key), base32: encodeBase32(key).slice(0, 10) }),
        ),
        ...secrets.flatMap((secret) =>
          Object.entries(tracesOfText(secret.replace(/^otpauth:.*secret=/, ''))),
        ),
      ]
      expect(
        foundIn(
          printed,
          Object.fromEntries(traces.map(([name, trace], index) => [`${index} ${name}`, trace])),
        ),
        `logs of seed ${seed}`,
      ).toEqual([])
      expect(printed, `logs of seed ${seed}`).not.toMatch(
        /ks[cped]_[\w-]+\.[\w-]{20}|\+4915112345678|session=/,
      )
      vi.restoreAllMocks()
    }
    expect(Object.prototype).not.toHaveProperty('admin')
    // The requests reach every corner: successes, each refusal, rejections, locks and outages.
    expect([...counts.keys()].sort()).toEqual([
      200, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 503,
    ])
    expect(sessions).toBeGreaterThan(0)
  }, 1_800_000)
})

/** Whole tokens in an answer: none may come back but the enrollment of a page drawn anew. */
function tokensIn(answer: string, path: string): string[] {
  return path === '/totp/pending' ? [] : (answer.match(/ks[cped]_[\w.-]{20,}/g) ?? [])
}

/** The secrets that a page showed: from now on they are to be found nowhere. */
function shownIn(answer: string): string[] {
  const { keyUri, backupCodes } = JSON.parse(answer) as {
    keyUri?: string
    backupCodes?: string[] | null
  }
  return [...(keyUri ? [keyUri] : []), ...(backupCodes ?? [])]
}
