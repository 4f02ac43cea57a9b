import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

interface Manifest {
  exports: Record<string, string | { types: string; default: string }>
  dependencies: Record<string, string>
  [field: string]: unknown
}

/** A door of the package: `keystep/stores/sqlite` and the two files behind it. */
export interface Door {
  name: string
  types: string
  code: string
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** Every door that the exports map of an unpacked package opens, with `*` written out. */
export function doorsOf(folder: string): Door[] {
  return Object.entries(readManifest(folder).exports).flatMap(([path, target]) => {
    if (typeof target === 'string') return []
    const name = path.replace(/^\./, 'keystep')
    if (!name.endsWith('/*')) return [{ name, types: target.types, code: target.default }]
    const [before = '', after = ''] = target.default.split('*')
    const files = existsSync(join(folder, before))
      ? readdirSync(join(folder, before)).filter((file) => file.endsWith(after))
      : []
    const stems = files
      .map((file) => file.slice(0, -after.length))
      .filter((stem) => stem !== 'index')
    return stems.map((stem) => ({
      name: name.replace('*', stem),
      types: target.types.replace('*', stem),
      code: target.default.replace('*', stem),
    }))
  })
}

/** The source of a file of the build: `./dist/otp/index.js` is made of `./src/otp/index.ts`. */
export function sourceOf(code: string): string {
  return code.replace('./dist/', './src/').replace(/\.js$/, '.ts')
}
