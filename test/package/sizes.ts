import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { doorsOf } from './doors.ts'

/** What a consumer's bundler makes of an import: its text, and its size in kB of gzip. */
export interface Bundle {
  readonly text: string
  readonly kB: number
}

/**
 * Bundles an import of the installed package as a portal does: esbuild, minified, gzip, every
 * dependency included.
 */
export async function bundle(code: string, consumer: string): Promise<Bundle> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: consumer },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    write: false,
  })
  const text = outputFiles[0]!.text
  return { text, kB: Math.round(gzipSync(text, { level: 9 }).length / 100) / 10 }
}

const MEMORY = "export { memoryStore } from 'keystep/stores/memory'"

/** What is measured: each door, and two imports that people ask about. */
export function measured(consumer: string): ReadonlyMap<string, string> {
  const doors = doorsOf(`${consumer}/node_modules/keystep`)
  return new Map([
    [
      '{ generateTotp, verifyTotp, OtpKey }',
      "export { generateTotp, verifyTotp, OtpKey } from 'keystep/otp'",
    ],
    ['keystep with the memory store', `export * from 'keystep'\n${MEMORY}`],
    ...doors.map(({ name }): [string, string] => [name, `export * from '${name}'`]),
  ])
}
