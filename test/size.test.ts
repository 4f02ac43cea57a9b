// Sizes as a consumer's bundler makes them, held against the figures of test/package/sizes.json.
import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { rowsOf } from './docs/tables.ts'
import { readWords } from './docs/fences.ts'
import { installTarball } from './package/pack.ts'
import { bundle, measured } from './package/sizes.ts'
import kept from './package/sizes.json' with { type: 'json' }

const consumer = installTarball()
afterAll(() => {
  rmSync(consumer, { recursive: true, force: true })
})

/** So that a changed word breaks nothing, and a grown room does. */
const SLACK_KB = 0.2
const CODES = '{ generateTotp, verifyTotp, OtpKey }'
const imports = measured(consumer)

// One marker of each room that minifying keeps, each seen in the bundle of its own room below.
const markers = {
  flow: 'createTwoFactor takes an object of options',
  stores: 'expiresAt must be a valid date',
  qr: '<svg',
  keyUri: 'otpauth:',
}

describe('size, gzip, dependencies included', () => {
  it.each([...imports])('%s is what was kept', async (name, code) => {
    const { kB } = await bundle(code, consumer)
    const figure = (kept as Record<string, number>)[name]
    expect(Math.abs(kB - (figure ?? NaN)), `${kB} kB; npm run sizes -- --write`).toBeLessThan(
      SLACK_KB,
    )
  })

  it('keeps a figure for each door, and for nothing else', () => {
    expect(Object.keys(kept)).toEqual([...imports.keys()])
  })

  it(`${CODES} is at most 9 kB, and holds nothing of flow, stores, qr and key URIs`, async () => {
    const codes = await bundle(imports.get(CODES)!, consumer)
    expect(codes.kB).toBeLessThanOrEqual(9)
    expect(Object.entries(markers).filter(([, marker]) => codes.text.includes(marker))).toEqual([])
  })

  it('the markers are what they say', async () => {
    const whole = await bundle(imports.get('keystep with the memory store')!, consumer)
    const qr = await bundle("export { qrSvg } from 'keystep/qr'", consumer)
    const { flow, stores, keyUri } = markers
    expect([flow, stores, keyUri].filter((marker) => !whole.text.includes(marker))).toEqual([])
    expect(qr.text).toContain(markers.qr)
  })

  it('the table of docs/performance.md says the same', () => {
    const rows = rowsOf(readWords('docs/performance.md'), 'import')
    const told = rows.map(([name, kB]) => [name!.replaceAll('`', ''), Number.parseFloat(kB!)])
    expect(Object.fromEntries(told)).toEqual(kept)
  })
})
