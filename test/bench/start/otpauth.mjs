import { Secret, TOTP } from 'otpauth'
import { report } from './report.mjs'

report(
  TOTP.generate({
    secret: Secret.fromBase32('HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ'),
    timestamp: 1_795_305_600_000,
  }),
)
