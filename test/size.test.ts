import { readWords } from './docs/fences.ts'
import { rmSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, describe, expect, it } from 'vitest'
import { installTarball } from './package/pack.ts'

const consumer = installTarball()
afterAll(() => {
  rmSync(consumer, { recursive: true, force: true })
})

// Two tenths: so that a changed word breaks nothing, and a grown room does.
const SLACK_KB = 0.2
const readme = readWords('README.md')

/**
 * What a consumer's bundler makes of the packed package: minified, everything that it needs
 * included.
 */
async function bundle(code: string): Promise<{ text: string; gzip: number }> {
  const stdin = { contents: code, resolveDir: consumer }
  const { outputFiles } = await build({
    stdin,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    write: false,
  })
  const { text, contents } = outputFiles[0]!
  return { text, gzip: gzipSync(contents, { level: 9 }).length }
}

/** The kilobytes that the README prints in the row that begins with `name`. */
function promised(name: string): number {
  const row = readme.split('\n').find((line) => line.startsWith(`| ${name} |`))
  const figure = /\| (\d+\.\d) kB \|/.exec(row ?? '')?.[1]
  if (figure === undefined) throw new Error(`README has no size for ${name}`)
  return Number(figure)
}

const codes = await bundle("export { generateTotp, OtpKey, verifyTotp } from 'keystep/otp'")
const whole = await bundle(
  "export * from 'keystep'\nexport { memoryStore } from 'keystep/stores/memory'",
)

// One marker of each room that minifying keeps, each seen in the bundle of its own room below.
const markers = {
  flow: 'createTwoFactor takes an object of options',
  stores: 'expiresAt must be a valid date',
  qr: '<svg',
  keyUri: 'otpauth:',
}

describe('size, gzip', () => {
  it('{ generateTotp, verifyTotp, OtpKey } is at most 7.5 kB, and what the README says', () => {
    expect(codes.gzip).toBeLessThanOrEqual(7500)
    expect(
      Math.abs(codes.gzip / 1000 - promised('`generateTotp`, `verifyTotp`, `OtpKey`')),
    ).toBeLessThan(SLACK_KB)
  })

  it('holds nothing of flow, stores, qr and key URIs', () => {
    expect(Object.entries(markers).filter(([, marker]) => codes.text.includes(marker))).toEqual([])
  })

  it('the markers are what they say', async () => {
    const qr = await bundle("export { qrSvg } from 'keystep/qr'")
    expect(
      [markers.flow, markers.stores, markers.keyUri].filter(
        (marker) => !whole.text.includes(marker),
      ),
    ).toEqual([])
    expect(qr.text).toContain(markers.qr)
  })

  it('all of keystep with the memory store is what the README says', () => {
    expect(
      Math.abs(whole.gzip / 1000 - promised('all of `keystep` with the memory store')),
    ).toBeLessThan(SLACK_KB)
  })
})
