import { report } from './report.mjs'
import { generateTotp, OtpKey } from 'keystep/otp'

report(
  generateTotp(OtpKey.fromBase32('HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ'), {
    at: new Date(1_795_305_600_000),
  }),
)
