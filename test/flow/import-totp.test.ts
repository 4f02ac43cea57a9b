import { generateTotp, OtpKey, parseKeyUri } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { acceptedOf, house, login } from './house.ts'
import { peek } from '../record/record.ts'

const OLD = 'S46SQCPPTCNPROMHWYBDCTBZXV'
const S = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const plain = `otpauth://totp/ACME:bob?secret=${S}&issuer=ACME`

/** The code and parameters, or the error's code: what two doors have to agree on. */
async function verdict(call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    return (error as { code: string }).code
  }
}

async function imported(input: Record<string, unknown>): Promise<unknown> {
  const h = house()
  acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', ...input } as never))
  const [factor] = (await peek(h, 'ada')).factors
  if (factor?.kind !== 'totp') throw new Error('no authenticator')
  const { key, algorithm, digits, periodSeconds } = factor
  return { key, algorithm, digits, periodSeconds }
}

function parsed(uri: string): unknown {
  const { key, type, algorithm, digits, periodSeconds } = parseKeyUri(uri, { allowSpareBits: true })
  if (type !== 'totp') return 'ERR_KEY_URI'
  const text = Buffer.from(key.revealBytes()).toString('base64url')
  return { key: text, algorithm, digits, periodSeconds }
}

describe('importing an authenticator as people paste it', () => {
  it.each([
    plain,
    ` ${plain}`,
    `\ufeff${plain}\r\n`,
    `"${plain}",`,
    `<${plain}>`,
    `${plain}\u200e`,
    `OTPAUTH://TOTP/x?secret=${S}`,
    `otpauth:/totp/x?secret=${S}`,
    'otpauth:',
    ` otpauth:totp?secret=${S}`,
    `otpauth://totp?secret=${S}`,
    `otpauth://totp/?secret=${S}`,
    `otpauth://totp/ACME:?secret=${S}`,
    `otpauth://hotp/x?secret=${S}&counter=1`,
    `https://totp/x?secret=${S}`,
    `steam://${S}`,
    ` "steam://${S}"`,
    `otpauth://totp/x?secret=${S}&encoder=steam`,
    'otpauth-migration://offline?data=CjEKCkhlbGxv',
    '\u202aotpauth-migration://offline?data=CjEKCkhlbGxv\u202c',
    `${plain}&amp;digits=8`,
    `${plain};digits=8`,
    ...[0, 1, 14, 15, 120, 121, 300, 301].map((period) => `${plain}&period=${period}`),
    `otpauth://totp/x?secret=${OLD}`,
    'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP',
  ])('agrees with parseKeyUri on %j', async (text) => {
    expect(await verdict(() => imported({ key: text }))).toEqual(await verdict(() => parsed(text)))
  })

  it('RFC 4648 3.5: takes a key of 26 random letters as an old pyotp made it', async () => {
    const h = house()
    h.clock.set(new Date(1_612_380_872_000))
    for (const key of [OLD, OLD.toLowerCase(), `${OLD.slice(0, 13)} ${OLD.slice(13)}`])
      acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key }))
    expect((await peek(h, 'ada')).factors).toHaveLength(1)
    expect(await login(h.twoFactor, 'ada', '100172')).toMatchObject({ outcome: 'accepted' })
  })

  it('takes a key in groups by no-break spaces and dashes', async () => {
    for (const gap of ['\u00a0', '\u202f', '\u2011', '\u2013', '\u200b', ' - '])
      expect(await imported({ key: S.replace(/(.{4})(?=.)/g, `$1${gap}`) })).toEqual(
        await imported({ key: S }),
      )
  })

  it('an address that names nobody gets a name, its own or the default', async () => {
    const h = house()
    const uri = `otpauth://totp?secret=${S}`
    acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key: uri }))
    acceptedOf(await h.twoFactor.totp.import({ userId: 'bob', key: uri, label: 'Old phone' }))
    const labelOf = async (userId: string) =>
      (await h.twoFactor.status({ userId })).factors[0]!.label
    expect([await labelOf('ada'), await labelOf('bob')]).toEqual(['Authenticator app', 'Old phone'])
  })

  it('one limit for periodSeconds, whether an option or an address says it', async () => {
    for (const period of [1, 14, 15, 30, 120, 121, 300]) {
      const byAddress = await imported({ key: `${plain}&period=${period}` })
      expect(await imported({ key: S, periodSeconds: period })).toEqual(byAddress)
      const at = new Date(0)
      expect(generateTotp(OtpKey.fromBase32(S), { at, periodSeconds: period })).toBe('755224')
    }
    for (const period of [0, 301]) {
      expect(await verdict(() => imported({ key: S, periodSeconds: period }))).toBe('ERR_OPTION')
      expect(await verdict(() => imported({ key: `${plain}&period=${period}` }))).toBe(
        'ERR_KEY_URI',
      )
    }
  })

  it('V26: the refusal of a short key names the flag that takes it, in every form', async () => {
    const { twoFactor } = house()
    const short = 'JBSWY3DPEHPK3PXP'
    for (const key of [short, `otpauth://totp/x?secret=${short}`, new Uint8Array(10)])
      await expect(twoFactor.totp.import({ userId: 'ada', key })).rejects.toThrow('allowShortKey')
  })
})
