import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import ts from 'typescript'
import { afterAll, describe, expect, it } from 'vitest'
import { doorsOf, readManifest, sourceOf } from './package/doors.ts'
import { installTarball } from './package/pack.ts'
import { importsOf } from './walls/imports.ts'
import { anyTypesIn, runtimeGlobalsIn } from './walls/names.ts'
import { parse } from './walls/walls.ts'

const consumer = installTarball()
afterAll(() => {
  rmSync(consumer, { recursive: true, force: true })
})

const installed = join(consumer, 'node_modules', 'keystep')
const manifest = readManifest(installed)
const doors = doorsOf(installed)
const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.\w+$/.test(path) || path === 'LICENSE')
  .sort()
const read = (path: string): string => readFileSync(join(installed, path), 'utf8')

/** Runs a program in the consumer's folder and returns what it prints as JSON. */
function run(name: string, code: string): unknown {
  writeFileSync(join(consumer, name), code)
  return JSON.parse(
    execFileSync(process.execPath, [name], {
      cwd: consumer,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
}

describe('the tarball', () => {
  it('holds the build, three texts and the manifest, nothing of src or test', () => {
    const beside = files.filter((path) => !/^dist\/[\w/-]+\.(d\.ts|js|js\.map)$/.test(path))
    expect(beside).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
  })

  it('has four exactly pinned dependencies and nothing that runs on install', () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual([
      '@noble/hashes',
      'base32-decode',
      'base32-encode',
      'qrcode-svg',
    ])
    expect(
      Object.values(manifest.dependencies).every((range) => /^\d+\.\d+\.\d+$/.test(range)),
    ).toBe(true)
    expect(
      Object.keys(manifest['scripts'] as object).filter((name) =>
        /^(pre|post)?install$|^prepare$/.test(name),
      ),
    ).toEqual([])
    expect([
      manifest['peerDependencies'],
      manifest['optionalDependencies'],
      manifest['bundledDependencies'],
    ]).toEqual([undefined, undefined, undefined])
  })

  it('is free of side effects, ESM, MIT, for Node 20.19 and later', () => {
    expect(manifest).toMatchObject({
      name: 'keystep',
      sideEffects: false,
      type: 'module',
      license: 'MIT',
      engines: { node: '>=20.19.0' },
    })
  })

  it('imports nothing but its dependencies and itself, reads no global of one runtime', () => {
    const modules = files
      .filter((path) => path.endsWith('.js'))
      .map((path) => parse(path, read(path)))
    const packages = modules.flatMap(importsOf).filter((specifier) => !specifier.startsWith('.'))
    const names = packages.map(
      (specifier) =>
        Object.keys(manifest.dependencies).find(
          (name) => specifier === name || specifier.startsWith(`${name}/`),
        ) ?? specifier,
    )
    expect([...new Set(names)].filter((name) => !(name in manifest.dependencies))).toEqual([])
    expect(modules.flatMap(runtimeGlobalsIn).filter((name) => name !== 'process')).toEqual([])
  })
})

describe('the doors', () => {
  it('every door has its code and its types, and every module of the build is behind a door or a shared chunk', () => {
    expect(
      doors
        .flatMap(({ types, code }) => [types, code])
        .filter((path) => !existsSync(join(installed, path))),
    ).toEqual([])
    const behindDoors = doors.map(({ code }) => code.replace('./', ''))
    const modules = files.filter(
      (path) => path.endsWith('.js') && !/^dist\/chunk-\w+\.js$/.test(path),
    )
    expect(modules).toEqual(behindDoors.sort())
  })

  it('every room with an index is a door, and the other way round', () => {
    const rooms = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
      (path) => path === 'index.ts' || path.endsWith('/index.ts'),
    )
    const named = rooms.map((path) =>
      ['keystep', path.replace(/\/?index\.ts$/, '')].filter((part) => part !== '').join('/'),
    )
    expect(
      doors
        .map(({ name }) => name)
        .filter((name) => !name.startsWith('keystep/stores/'))
        .sort(),
    ).toEqual(named.sort())
  })

  const names = JSON.stringify(doors.map(({ name }) => name))

  it('open by import, and by require in a CommonJS file, to the same things: what their sources export', async () => {
    const imported = run(
      'doors.mjs',
      `const shown = {}
      for (const name of ${names}) shown[name] = Object.keys(await import(name)).sort()
      console.log(JSON.stringify(shown))`,
    ) as Record<string, string[]>
    const required = run(
      'doors.cjs',
      `const shown = {}
      for (const name of ${names}) shown[name] = Object.keys(require(name)).filter((key) => key !== '__esModule').sort()
      console.log(JSON.stringify(shown))`,
    )
    expect(required).toEqual(imported)
    expect(Object.keys(imported)).toEqual(
      expect.arrayContaining([
        'keystep',
        'keystep/otp',
        'keystep/qr',
        'keystep/backup-codes',
        'keystep/stores/memory',
      ]),
    )
    const empty = Object.entries(imported).filter(
      ([name, keys]) => keys.length === 0 && name !== 'keystep/stores',
    )
    expect(empty).toEqual([])
    for (const { name, code } of doors) {
      const promised = Object.keys(
        (await import(new URL(`../${sourceOf(code)}`, import.meta.url).href)) as object,
      ).sort()
      // What the other doors need of `keystep/otp` goes by single letters: see tsup.config.ts.
      expect(
        imported[name]!.filter((key) => name !== 'keystep/otp' || key.length > 1),
        name,
      ).toEqual(promised)
    }
  })

  it('show one and the same thing under one name, by import and by require', () => {
    const twins = run(
      'twins.cjs',
      `const seen = new Map(), twins = []
      const look = (name, door) => {
        for (const [key, value] of Object.entries(door)) {
          if (typeof value !== 'function') continue
          if (seen.has(key) && seen.get(key) !== value) twins.push(name + ' ' + key)
          seen.set(key, value)
        }
      }
      const main = async () => {
        for (const name of ${names}) { look(name, require(name)); look(name, await import(name)) }
        console.log(JSON.stringify({ twins, seen: seen.size }))
      }
      main()`,
    ) as { twins: string[]; seen: number }
    expect(twins.twins).toEqual([])
    expect(twins.seen).toBeGreaterThan(10)
  })

  it('a class exists once: an error or secret of one door is an instance of the class of another', () => {
    const result = run(
      'instances.mjs',
      `import { KeystepError, Secret } from 'keystep'
      import { buildKeyUri, decodeBase32, OtpKey } from 'keystep/otp'
      import { qrSvg } from 'keystep/qr'
      import { generateBackupCodes } from 'keystep/backup-codes'
      const thrown = (act) => { try { act() } catch (error) { return error instanceof KeystepError } }
      const uri = buildKeyUri({ key: OtpKey.generate(), issuer: 'Portal', account: 'ann' })
      console.log(JSON.stringify({
        otp: thrown(() => decodeBase32('!')), qr: thrown(() => qrSvg('x'.repeat(9000))), codes: thrown(() => generateBackupCodes({ count: -1 })),
        uri: uri instanceof Secret, set: generateBackupCodes() instanceof Secret, drawn: qrSvg(uri).startsWith('<svg'),
      }))`,
    )
    expect(result).toEqual({ otp: true, qr: true, codes: true, uri: true, set: true, drawn: true })
  })
})

describe('the client of the HTTP door', () => {
  it('weighs at most 2 kB, bundled out of the installed package, minified and gzipped', async () => {
    const { build } = createRequire(createRequire(import.meta.url).resolve('tsup'))(
      'esbuild',
    ) as typeof import('esbuild')
    const contents =
      "import { createTwoFactorClient } from 'keystep/http/client'; globalThis.client = createTwoFactorClient(fetch)"
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: consumer },
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
    })
    const size = gzipSync(outputFiles[0]!.contents).length
    expect(size).toBeLessThanOrEqual(2048)
    expect(size).toBeGreaterThan(300)
  })
})

describe('the types', () => {
  const declarations = files.filter((path) => path.endsWith('.d.ts'))

  it('say any nowhere, and nothing of Node', () => {
    expect(declarations.length).toBeGreaterThanOrEqual(doors.length)
    expect(
      declarations.flatMap((path) =>
        anyTypesIn(parse(path, read(path))).map((what) => `${path}: ${what}`),
      ),
    ).toEqual([])
    expect(
      declarations.filter((path) =>
        /\bNodeJS\.|\bBuffer\b|types="node"|from 'node:/.test(read(path)),
      ),
    ).toEqual([])
  })

  it.each(['nodenext', 'bundler'])(
    'compile for a consumer with strict checks of libraries and without the types of Node (%s)',
    (resolution) => {
      const source = doors
        .map(
          ({ name }, index) =>
            `import * as door${index} from '${name}'\nexport type Door${index} = keyof typeof door${index}`,
        )
        .join('\n')
      mkdirSync(join(consumer, 'typed'), { recursive: true })
      writeFileSync(join(consumer, 'typed', 'doors.mts'), source)
      const program = ts.createProgram([join(consumer, 'typed', 'doors.mts')], {
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
        types: [],
        lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
        target: ts.ScriptTarget.ES2022,
        module: resolution === 'nodenext' ? ts.ModuleKind.NodeNext : ts.ModuleKind.ESNext,
        moduleResolution:
          resolution === 'nodenext'
            ? ts.ModuleResolutionKind.NodeNext
            : ts.ModuleResolutionKind.Bundler,
      })
      const messages = ts
        .getPreEmitDiagnostics(program)
        .map(
          ({ file, messageText }) =>
            `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
        )
      expect(messages).toEqual([])
    },
  )
})
