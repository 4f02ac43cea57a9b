import { buildKeyUri, OtpKey, parseKeyUri } from 'keystep/otp'
import { type Case, equal, refuses } from './case.ts'

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const key = OtpKey.fromBase32(SECRET)

export const keyUriCases: readonly Case[] = [
  {
    name: 'Key URI: written so that every app takes it',
    run: () => {
      equal(
        buildKeyUri({ key, issuer: 'ACME', account: 'bob' }).reveal(),
        `otpauth://totp/ACME:bob?secret=${SECRET}&issuer=ACME`,
      )
      const label = '%C3%84%26B%20%231%20100%25'
      const uri = buildKeyUri({ key, issuer: 'Ä&B #1 100%', account: 'é?/🔑' }).reveal()
      equal(
        uri,
        `otpauth://totp/${label}:%C3%A9%3F%2F%F0%9F%94%91?secret=${SECRET}&issuer=${label}`,
      )
    },
  },
  {
    name: 'Key URI: read back as it was written',
    run: () => {
      const written = buildKeyUri({
        key,
        issuer: '株式会社',
        account: 'zoë+ops',
        algorithm: 'SHA512',
        digits: 8,
        periodSeconds: 60,
      })
      const { key: read, ...rest } = parseKeyUri(written.reveal())
      equal(read.revealBase32(), SECRET)
      const { issuer, account, algorithm, digits, periodSeconds, type } = rest
      equal(
        [type, issuer, account, algorithm, digits, periodSeconds],
        ['totp', '株式会社', 'zoë+ops', 'SHA512', 8, 60],
      )
    },
  },
  ...[
    ['', 'nothing'],
    ['https://totp/ACME:bob?secret=A', 'another scheme'],
    [`otpauth://totp/ACME:bob?secret=${SECRET}&secret=${SECRET}`, 'two secrets'],
    [`otpauth://totp/ACME:bob?secret=${SECRET}&digits=1e1`, 'digits that are no number'],
    [`otpauth://totp/%FF:bob?secret=${SECRET}`, 'broken UTF-8'],
  ].map(([uri, what]) => ({
    name: `Key URI: refuses ${what}`,
    run: () => refuses('ERR_KEY_URI', () => parseKeyUri(uri!)),
  })),
]
