import { execFileSync } from 'node:child_process'
import { type Browser, chromium } from 'playwright-core'

const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
]
// Draws every pixel of a page in the same way whatever was drawn before, so that pictures of it can
// be compared.
const EVEN = ['--disable-gpu', '--disable-partial-raster']

/** The Chromium of this machine, without a window, asking nobody else on the network. */
export function startChromium(): Promise<Browser> {
  const executablePath = execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim()
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...EVEN, ...QUIET] })
}
