import { generateSync } from 'otplib'
import { report } from './report.mjs'

report(generateSync({ secret: 'HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ', epoch: 1_795_305_600 }))
