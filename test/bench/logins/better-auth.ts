import { generateTotp, OtpKey } from 'keystep/otp'
import type { Db, Peer } from './peer.ts'

type Call = (input: { body: object; headers?: Headers; asResponse?: true }) => Promise<Response>
interface Auth {
  api: {
    signUpEmail: Call
    signInEmail: Call
    verifyTOTP: Call
    enableTwoFactor(input: object): Promise<{ totpURI: string }>
  }
}

// The peers are installed in this folder alone, so the compiler of the project does not know them.
const load = (name: string): Promise<Record<string, (...input: unknown[]) => never>> =>
  import(name) as Promise<never>

/**
 * better-auth's two-factor plugin, through its own server API. Its password hash is replaced:
 * signing in is not what is measured.
 */
export async function betterAuthPeer(db: Db, users: number): Promise<Peer> {
  const [{ betterAuth }, { twoFactor }, { getMigrations }] = (await Promise.all(
    ['better-auth', 'better-auth/plugins', 'better-auth/db/migration'].map(load),
  )) as never as [
    { betterAuth(o: object): Auth },
    { twoFactor(o: object): object },
    { getMigrations(o: object): Promise<{ runMigrations(): Promise<void> }> },
  ]
  const password = 'the same for all'
  const options = {
    database: await databaseOf(db),
    baseURL: 'http://localhost',
    secret: 'of no weight, for a benchmark alone',
    logger: { disabled: true },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    emailAndPassword: {
      enabled: true,
      password: { hash: async () => 'hash', verify: async () => true },
    },
    plugins: [twoFactor({ skipVerificationOnEnable: true })],
  }
  const { api } = betterAuth(options)
  await (await getMigrations(options)).runMigrations()
  const keys: OtpKey[] = []
  for (let user = 0; user < users; user++) {
    const signedUp = await api.signUpEmail({
      body: { name: 'user', email: emailOf(user), password },
      asResponse: true,
    })
    const { totpURI } = await api.enableTwoFactor({
      body: { password },
      headers: cookiesOf(signedUp),
    })
    keys.push(OtpKey.fromBase32(new URL(totpURI).searchParams.get('secret')!))
  }
  return {
    name: 'better-auth 1.7',
    // It has no replay guard and takes no clock: the code of now is good again.
    advance: () => undefined,
    rightCode: (user) => generateTotp(keys[user]!, { at: new Date() }),
    begin: async (user) =>
      cookiesOf(
        await api.signInEmail({ body: { email: emailOf(user), password }, asResponse: true }),
      ).get('cookie')!,
    async answer(_, cookie, code) {
      const response = await api.verifyTOTP({
        body: { code },
        headers: new Headers({ cookie }),
        asResponse: true,
      })
      if (response.ok) return 'accepted'
      const { code: reason } = (await response.json()) as { code?: string }
      return reason === 'INVALID_CODE' ? 'wrong_code' : 'refused'
    },
  }
}

const emailOf = (user: number): string => `user-${user}@example.com`

function cookiesOf(response: Response): Headers {
  const pairs = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]!)
  return new Headers({ cookie: pairs.filter((pair) => !pair.endsWith('=')).join('; ') })
}

async function databaseOf(db: Db): Promise<unknown> {
  if (db.engine === 'Postgres') return db.pool
  const { SqliteDialect } = (await load('kysely')) as never as {
    SqliteDialect: new (o: object) => unknown
  }
  return { dialect: new SqliteDialect({ database: db.sqlite }), type: 'sqlite' }
}
