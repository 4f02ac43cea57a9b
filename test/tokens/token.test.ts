import { createKeyring, type TwoFactorOptions } from 'keystep'
import { memoryStore } from 'keystep/stores/memory'
import { fakeClock } from 'keystep/testing'
import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveSettings, type Settings } from '../../src/record/settings.ts'
import {
  type Claims,
  claimsOf,
  deviceToken,
  mintToken,
  newId,
  openToken,
  readToken,
  sealToken,
  unprefixed,
} from '../../src/tokens/token.ts'

const KEY = randomBytes(32)
const clock = fakeClock('2026-11-22T12:00:00Z')
const NOW = clock().getTime()
const SESSION = 'session-of-ada'
const codeOf = (code: string) => expect.objectContaining({ name: 'KeystepError', code }) as Error

function settingsWith(options: Partial<TwoFactorOptions> = {}): Settings {
  return resolveSettings({
    issuer: 'Portal',
    store: memoryStore(),
    keyring: createKeyring({ current: { id: 'k1', key: KEY } }),
    now: clock,
    ...options,
  })
}
const settings = settingsWith()
const claims = (more: object = {}): Claims => ({ ...claimsOf('ada', newId(), NOW, 300), ...more })

interface Kind {
  readonly name: 'challenge' | 'permit' | 'enrollment'
  readonly prefix: string
  mint(settings: Settings, claims: Claims, sessionId?: string): Promise<string>
  read(settings: Settings, token: unknown, sessionId?: string): Promise<Claims | null>
}
const kinds: readonly Kind[] = [
  {
    name: 'challenge',
    prefix: 'ksc_',
    mint: (s, c, id) => mintToken(s, 'challenge', c, id),
    read: (s, t, id) => readToken(s, 'challenge', t, id),
  },
  {
    name: 'permit',
    prefix: 'ksp_',
    mint: (s, c, id) => mintToken(s, 'permit', c, id),
    read: (s, t, id) => readToken(s, 'permit', t, id),
  },
  {
    name: 'enrollment',
    prefix: 'kse_',
    mint: (s, c, id) => sealToken(s, c, id),
    read: (s, t, id) => openToken(s, t, id),
  },
]
const DEVICE = deviceToken(newId(), randomBytes(32).toString('base64url'))

describe.each(kinds)('$name', ({ name, prefix, mint, read }) => {
  it('gives back its claims, in its session or without one', async () => {
    for (const sessionId of [undefined, SESSION, 'é'.repeat(512)]) {
      const made = claims({ purpose: 'change_email', nested: { a: [1, null] } })
      const token = await mint(settings, made, sessionId)
      expect(token.startsWith(`${prefix}k1.`)).toBe(true)
      expect(token).toMatch(/^ks._[\w-]+\.[\w-]+\.[\w-]+$/)
      expect(await read(settings, token, sessionId)).toEqual(made)
    }
  })

  it('V12: every changed, missing or added character makes it nothing, or another kind', async () => {
    for (const sessionId of [undefined, SESSION]) {
      const token = await mint(settings, claims(), sessionId)
      const outcome = async (text: string): Promise<unknown> =>
        read(settings, text, sessionId).catch((error: unknown) => (error as { code?: string }).code)
      for (let at = 0; at < token.length; at++) {
        for (const letter of [
          'A',
          'B',
          'z',
          '0',
          '1',
          '_',
          '-',
          '.',
          'c',
          'p',
          'e',
          'd',
          ' ',
          'é',
          '\0',
          '',
        ]) {
          if (token[at] === letter) continue
          const result = await outcome(token.slice(0, at) + letter + token.slice(at + 1))
          if (at === 2 && 'cped'.includes(letter) && letter !== '')
            expect(result).toBe('ERR_TOKEN_KIND')
          else expect(result, `${letter} at ${at}`).toBeNull()
        }
        expect(await outcome(token.slice(0, at)), `cut at ${at}`).toBeNull()
        expect(
          await outcome(`${token.slice(0, at)}A${token.slice(at)}`),
          `A before ${at}`,
        ).toBeNull()
      }
      for (const added of [' ', '\n', '.', '=', 'A', '.AAAA']) {
        expect(await outcome(token + added)).toBeNull()
        expect(await outcome(added + token)).toBeNull()
      }
    }
  })

  it('V12: parts of two tokens of one user make no third', async () => {
    const [a, b] = [await mint(settings, claims()), await mint(settings, claims())].map((token) =>
      token.split('.'),
    ) as [string[], string[]]
    for (let mix = 1; mix < 7; mix++) {
      const token = [0, 1, 2].map((part) => (mix & (1 << part) ? a : b)[part]).join('.')
      const same = token === a.join('.') || token === b.join('.')
      expect((await read(settings, token)) !== null, token).toBe(same)
    }
  })

  it('V12: a token of another session, or stripped of its session, is nothing', async () => {
    const bound = await mint(settings, claims(), SESSION)
    for (const sessionId of [
      'session-of-eve',
      `${SESSION} `,
      SESSION.slice(1),
      SESSION.toUpperCase(),
      undefined,
    ]) {
      expect(await read(settings, bound, sessionId), String(sessionId)).toBeNull()
    }
    const [head, body, tail] = bound.split('.') as [string, string, string]
    const stripped =
      name === 'enrollment' ? `${head}.0.${tail}` : `${head}.0${body.slice(1)}.${tail}`
    for (const sessionId of [undefined, SESSION])
      expect(await read(settings, stripped, sessionId)).toBeNull()
    const free = await mint(settings, claims())
    const [freeHead, freeBody, freeTail] = free.split('.') as [string, string, string]
    const claimed =
      name === 'enrollment'
        ? `${freeHead}.1.${freeTail}`
        : `${freeHead}.1${freeBody.slice(1)}.${freeTail}`
    for (const sessionId of [undefined, SESSION])
      expect(await read(settings, claimed, sessionId)).toBeNull()
  })

  it('V12: a session id is a text of 1 to 512 characters, or ERR_OPTION: an empty one would be everybody’s', async () => {
    const token = await mint(settings, claims(), SESSION)
    for (const sessionId of [
      '',
      'a'.repeat(513),
      '\ud83d',
      null,
      7,
      {},
      [SESSION],
      { toString: () => SESSION },
    ]) {
      await expect(read(settings, token, sessionId as string)).rejects.toThrow(codeOf('ERR_OPTION'))
    }
  })

  it('a token of another realm is nothing, though the keyring is the same', async () => {
    const other = settingsWith({ realm: 'staff' })
    for (const sessionId of [undefined, SESSION]) {
      expect(await read(other, await mint(settings, claims(), sessionId), sessionId)).toBeNull()
      expect(await read(settings, await mint(other, claims(), sessionId), sessionId)).toBeNull()
    }
  })

  it('V12: realm and session cannot be shifted into each other', async () => {
    const shifted = [
      ['a', 'bc'],
      ['ab', 'c'],
      ['a1:b', 'c'],
      ['a', '1:bc'],
    ] as const
    for (const [realm, sessionId] of shifted) {
      const token = await mint(settingsWith({ realm }), claims(), sessionId)
      for (const [otherRealm, otherSession] of shifted) {
        const read1 = await read(settingsWith({ realm: otherRealm }), token, otherSession)
        expect(read1 !== null, `${realm} ${sessionId} as ${otherRealm} ${otherSession}`).toBe(
          realm === otherRealm && sessionId === otherSession,
        )
      }
    }
  })

  it('law 3: an unknown key id, another key under the same id, and a key kept for records only make it nothing', async () => {
    const token = await mint(settings, claims())
    const fresh = { id: 'k2', key: randomBytes(32) }
    const rings = {
      'unknown': createKeyring({ current: fresh }),
      'foreign': createKeyring({ current: { id: 'k1', key: randomBytes(32) } }),
      'records only': createKeyring({
        current: fresh,
        previous: [{ id: 'k1', key: KEY, recordsOnly: true }],
      }),
      'records only, by a KMS': createKeyring({
        current: fresh,
        previous: [{ id: 'k1', key: () => KEY, recordsOnly: true }],
      }),
    }
    for (const [what, keyring] of Object.entries(rings))
      expect(await read(settingsWith({ keyring }), token), what).toBeNull()
    const rotated = createKeyring({ current: fresh, previous: [{ id: 'k1', key: KEY }] })
    expect(await read(settingsWith({ keyring: rotated }), token)).not.toBeNull()
    expect(
      (await mint(settingsWith({ keyring: rotated }), claims())).startsWith(`${prefix}k2.`),
    ).toBe(true)
  })

  it('what is no token at all is nothing: any type, any text, 1 MB', async () => {
    const junk: unknown[] = [
      undefined,
      null,
      0,
      true,
      {},
      [],
      [await mint(settings, claims())],
      Symbol('token'),
      '',
      prefix,
      `${prefix}k1`,
      `${prefix}k1..`,
      `${prefix}k1.0.`,
    ]
    const token = await mint(settings, claims())
    junk.push(
      `${prefix}k1.0.AAAA`,
      `${prefix}k1.1.AAAA`,
      `${prefix}k1.0e30.AAAA`,
      { toString: () => token },
      new String(token),
      token.toUpperCase(),
    )
    junk.push(
      prefix + 'A'.repeat(1_000_000),
      token + 'A'.repeat(1_000_000),
      'A'.repeat(1_000_000),
      '.'.repeat(1_000_000),
      `${prefix}k1.${'A'.repeat(1_000_000)}.AAAA`,
    )
    for (const one of junk) expect(await read(settings, one)).toBeNull()
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', prefix, `${prefix}k1.`, `${prefix}k1.0`),
        async (text, start) => {
          expect(await read(settings, start + text)).toBeNull()
        },
      ),
    )
  })

  it('ERR_CLOCK: issued more than 5 minutes ahead of our clock; within them it is good', async () => {
    for (const sessionId of [undefined, SESSION]) {
      const ahead = await mint(settings, claims({ issuedAt: NOW + 300_001 }), sessionId)
      await expect(read(settings, ahead, sessionId)).rejects.toThrow(codeOf('ERR_CLOCK'))
      const near = await mint(settings, claims({ issuedAt: NOW + 300_000 }), sessionId)
      expect(await read(settings, near, sessionId)).not.toBeNull()
    }
  })

  it('law 3: a forged token from the future is nothing, and no clock error that an attacker could cause', async () => {
    const foreign = settingsWith({
      keyring: createKeyring({ current: { id: 'k1', key: randomBytes(32) } }),
    })
    expect(
      await read(settings, await mint(foreign, claims({ issuedAt: NOW + 86_400_000 }))),
    ).toBeNull()
    const bound = await mint(settings, claims({ issuedAt: NOW + 86_400_000 }), SESSION)
    expect(await read(settings, bound, 'session-of-eve')).toBeNull()
  })

  it('law 5: the session id stands nowhere in a token', async () => {
    const token = await mint(settings, claims(), SESSION)
    const decoded = token
      .split(/[._]/)
      .flatMap((part) =>
        [part, part.slice(1)].map((text) => Buffer.from(text, 'base64url').toString('latin1')),
      )
    for (const text of [token, ...decoded]) expect(text).not.toContain(SESSION)
    expect(token).not.toContain(Buffer.from(SESSION).toString('base64url').slice(0, 12))
  })
})

describe('kinds of token', () => {
  it('V12: each kind where another belongs is said at once: ERR_TOKEN_KIND', async () => {
    const tokens = await Promise.all(
      kinds.map(async ({ name, mint }) => ({ name, token: await mint(settings, claims()) })),
    )
    for (const { name, read } of kinds) {
      for (const { name: other, token } of [...tokens, { name: 'device', token: DEVICE }]) {
        if (name === other) expect(await read(settings, token)).not.toBeNull()
        else await expect(read(settings, token)).rejects.toThrow(codeOf('ERR_TOKEN_KIND'))
      }
    }
    for (const { token } of tokens)
      expect(() => unprefixed('device', token)).toThrow(codeOf('ERR_TOKEN_KIND'))
    expect(unprefixed('device', DEVICE)).toBe(DEVICE.slice(4))
  })

  it('V12: a prefix that was exchanged makes no other kind of it: each has a key of its own', async () => {
    for (const { prefix, mint } of kinds) {
      const rest = (await mint(settings, claims())).slice(prefix.length)
      for (const other of kinds)
        if (other.prefix !== prefix)
          expect(await other.read(settings, other.prefix + rest)).toBeNull()
    }
  })
})

describe('what is in a token', () => {
  const framed = (...parts: string[]): string =>
    parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('')

  it('RFC 2104: node:crypto makes the same MAC over realm, session and claims, under the kind’s own subkey', async () => {
    for (const kind of ['challenge', 'permit'] as const) {
      for (const sessionId of [undefined, SESSION]) {
        const [, body, mac] = (await mintToken(settings, kind, claims(), sessionId)).split('.') as [
          string,
          string,
          string,
        ]
        const subkey = Buffer.from(
          hkdfSync('sha256', KEY, 'keystep-1', framed('keystep-1', kind), 32),
        )
        expect(mac).toBe(
          createHmac('sha256', subkey)
            .update(framed('default', sessionId ?? '', body))
            .digest('base64url'),
        )
      }
    }
  })

  it('an enrollment is sealed: none of its claims can be read without the keyring', async () => {
    const token = await sealToken(
      settings,
      claims({ factor: { key: 'SHARED-KEY-OF-ADA' } }),
      SESSION,
    )
    const bytes = Buffer.from(token.split('.')[2]!, 'base64url')
    for (const text of ['SHARED-KEY-OF-ADA', 'ada', 'userId', 'issuedAt'])
      expect(bytes.includes(text)).toBe(false)
  })

  it('63B-4 3.2.12: ids are 128 random bits', () => {
    const ids = Array.from({ length: 1000 }, newId)
    expect(new Set(ids).size).toBe(1000)
    for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(16)
  })

  it('the longest that a portal can ask for can be read again', async () => {
    const userId = '\u0001'.repeat(200)
    const long = claims({
      userId,
      purpose: '\u0001'.repeat(64),
      amr: Array<string>(8).fill('\u0001'.repeat(16)),
      account: '\u0001'.repeat(128),
      factor: { key: 'A'.repeat(28), label: '\u0001'.repeat(64) },
    })
    for (const { mint, read } of kinds)
      expect(await read(settings, await mint(settings, long, SESSION), SESSION)).toEqual(long)
  })
})
