import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { filesBelow } from './project-files.ts'
import { findBreaches, type Tree } from './walls/walls.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

function readTree(): Tree {
  const files = ['src', 'test', 'examples']
    .filter((room) => existsSync(root + room))
    .flatMap((room) => filesBelow(root + room))
    .filter((path) => path.endsWith('.ts'))
  return new Map(
    files
      .map((path) => path.slice(root.length))
      .sort()
      .map((path) => [path, readFileSync(root + path, 'utf8')]),
  )
}

const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  dependencies: Record<string, string>
}

describe('the house stands as planned', () => {
  it('has no breach in any wall', () => {
    const tree = readTree()
    expect([...tree.keys()].filter((path) => path.startsWith('src/')).length).toBeGreaterThan(3)
    expect(findBreaches(tree, Object.keys(dependencies))).toEqual([])
  })

  it('runs on four packages and no others', () => {
    expect(Object.keys(dependencies).sort()).toEqual([
      '@noble/hashes',
      'base32-decode',
      'base32-encode',
      'qrcode-svg',
    ])
  })
})

const sound: Record<string, string> = {
  'src/errors.ts': 'export class KeystepError extends Error {}',
  'src/crypto/random.ts':
    "import { KeystepError } from '../errors.ts'\nexport const bytes = (): unknown => KeystepError",
  'src/crypto/secret.ts': 'export class Secret { process(): void { this.process() } }',
  'src/otp/hotp.ts':
    "import { sha1 } from '@noble/hashes/legacy.js'\nexport const at = (time: Date): unknown => [sha1, new Date(time)]",
  'src/otp/totp.ts': "export { at } from './hotp.ts'",
  'src/otp/index.ts': "export { at } from './totp.ts'",
  'src/stores/memory.ts':
    "import { bytes } from '../crypto/random.ts'\nexport const memoryStore = bytes",
  'src/record/subject.ts': "import { at } from '../otp/totp.ts'\nexport const subject = at",
  'src/tokens/permit.ts':
    "import { subject } from '../record/subject.ts'\nexport const permit = subject",
  'src/codes/judge.ts': "import { permit } from '../tokens/permit.ts'\nexport const judge = permit",
  'src/sms/send.ts': "import { judge } from '../codes/judge.ts'\nexport const send = judge",
  'src/flow/login.ts':
    "import { send } from '../sms/send.ts'\nexport const login = (): unknown => [send, Date.now()]",
  'src/testing/fake-clock.ts':
    "import { login } from '../flow/login.ts'\nexport const clock = login",
  'src/index.ts': "export { login } from './flow/login.ts'",
  'test/errors.test.ts': '',
  'test/crypto/random.test.ts': '',
  'test/crypto/secret.test.ts': '',
  'test/otp/hotp.test.ts': '',
  'test/stores/memory.test.ts': '',
  'test/flow/login.test.ts': '',
  'test/testing/fake-clock.test.ts': '',
  'test/types/otp.ts': '',
}

const hotp = (text: string): Record<string, string> => ({ 'src/otp/hotp.ts': text })

// One broken tree per row: what is wrong with it, the wall that has to report it, in which file,
// and a word of what it says.
const broken: [
  flaw: string,
  change: Record<string, string | null>,
  wall: string,
  file: string,
  word: string,
][] = [
  [
    'a lower floor imports a higher one',
    { 'src/crypto/secret.ts': "export { login } from '../flow/login.ts'" },
    'direction',
    'src/crypto/secret.ts',
    'src/flow/login.ts',
  ],
  [
    'a sibling knows a sibling',
    hotp("import { memoryStore } from '../stores/memory.ts'\nexport const at = memoryStore"),
    'direction',
    'src/otp/hotp.ts',
    'memory',
  ],
  [
    'a type import points up',
    hotp("import type { login } from '../flow/login.ts'\nexport type A = typeof login"),
    'direction',
    'src/otp/hotp.ts',
    'login',
  ],
  [
    'an import() type points up',
    hotp("export type A = typeof import('../flow/login.ts')"),
    'direction',
    'src/otp/hotp.ts',
    'login',
  ],
  [
    'a dynamic import points up',
    hotp("export const at = (): unknown => import('../flow/login.ts')"),
    'direction',
    'src/otp/hotp.ts',
    'login',
  ],
  [
    'the record reaches for a token',
    { 'src/record/subject.ts': "export { permit as subject } from '../tokens/permit.ts'" },
    'direction',
    'src/record/subject.ts',
    'permit',
  ],
  [
    'a token reaches for a code',
    { 'src/tokens/permit.ts': "export { judge as permit } from '../codes/judge.ts'" },
    'direction',
    'src/tokens/permit.ts',
    'judge',
  ],
  [
    'a code reaches for a message',
    { 'src/codes/judge.ts': "export { send as judge } from '../sms/send.ts'" },
    'direction',
    'src/codes/judge.ts',
    'send',
  ],
  [
    'a message reaches for a call',
    { 'src/sms/send.ts': "export { login as send } from '../flow/login.ts'" },
    'direction',
    'src/sms/send.ts',
    'login',
  ],
  [
    'a call reaches for HTTP',
    {
      'src/flow/login.ts': "export { http as login } from '../http/http.ts'",
      'src/http/http.ts': 'export const http = 1',
    },
    'direction',
    'src/flow/login.ts',
    'http',
  ],
  [
    'an import of the front door',
    hotp("export { login as at } from '../index.ts'"),
    'direction',
    'src/otp/hotp.ts',
    'src/index.ts',
  ],
  [
    'errors.ts imports something',
    { 'src/errors.ts': "export * from './crypto/secret.ts'" },
    'direction',
    'src/errors.ts',
    'secret',
  ],
  [
    'a store reaches for cryptography',
    { 'src/stores/memory.ts': "export { Secret } from '../crypto/secret.ts'" },
    'direction',
    'src/stores/memory.ts',
    'secret',
  ],
  [
    'two files import each other',
    { 'src/otp/base32.ts': "import './hotp.ts'", ...hotp("import './base32.ts'") },
    'cycle',
    'src/otp/hotp.ts',
    'base32.ts ->',
  ],
  ['a file imports itself', hotp("import './hotp.ts'"), 'cycle', 'src/otp/hotp.ts', '->'],
  [
    'an import of node:',
    hotp("import { createHmac } from 'node:crypto'\nexport const at = createHmac"),
    'dependency',
    'src/otp/hotp.ts',
    'node:crypto',
  ],
  [
    'an import of a built-in without its prefix',
    hotp("import { createHmac } from 'crypto'\nexport const at = createHmac"),
    'dependency',
    'src/otp/hotp.ts',
    'crypto',
  ],
  [
    'a dependency that is not declared',
    hotp("export { x as at } from 'left-pad'"),
    'dependency',
    'src/otp/hotp.ts',
    'left-pad',
  ],
  [
    'a package whose name starts like a declared one',
    hotp("export { x as at } from 'qrcode-svg-fork'"),
    'dependency',
    'src/otp/hotp.ts',
    'fork',
  ],
  [
    'a dynamic import of a computed name',
    hotp('export const at = (name: string): unknown => import(name)'),
    'dependency',
    'src/otp/hotp.ts',
    'computed',
  ],
  [
    'an import of nothing',
    hotp("export { x as at } from './gone.ts'"),
    'dependency',
    'src/otp/hotp.ts',
    'gone',
  ],
  ['Buffer', hotp("export const at = Buffer.from('')"), 'runtime', 'src/otp/hotp.ts', 'Buffer'],
  ['process', hotp('export const at = process.env'), 'runtime', 'src/otp/hotp.ts', 'process'],
  [
    'process by way of globalThis',
    hotp('export const at = globalThis.process'),
    'runtime',
    'src/otp/hotp.ts',
    'process',
  ],
  [
    'process by a string',
    hotp("export const at = globalThis['process']"),
    'runtime',
    'src/otp/hotp.ts',
    'process',
  ],
  [
    'process by destructuring',
    hotp('export const { process: at } = globalThis'),
    'runtime',
    'src/otp/hotp.ts',
    'process',
  ],
  ['Deno', hotp('export const at = Deno.env'), 'runtime', 'src/otp/hotp.ts', 'Deno'],
  [
    'a name of a module of Node outside platform.ts',
    hotp("export const at = (load: (name: string) => unknown) => load('node:crypto')"),
    'runtime',
    'src/otp/hotp.ts',
    'node:',
  ],
  [
    'Math.random',
    hotp('export const at = Math.random()'),
    'random',
    'src/otp/hotp.ts',
    'Math.random',
  ],
  [
    'otp reads the clock',
    hotp('export const at = Date.now()'),
    'clock',
    'src/otp/hotp.ts',
    'Date.now',
  ],
  [
    'otp makes a date of now',
    hotp('export const at = new Date()'),
    'clock',
    'src/otp/hotp.ts',
    'new Date',
  ],
  [
    'a folder called utils',
    { 'src/otp/utils/a.ts': 'export type A = 1' },
    'room name',
    'src/otp/utils/a.ts',
    'utils',
  ],
  [
    'a file called helpers',
    { 'src/otp/helpers.ts': 'export type A = 1' },
    'room name',
    'src/otp/helpers.ts',
    'helpers',
  ],
  [
    'a test file called common',
    { 'test/otp/common.ts': '' },
    'room name',
    'test/otp/common.ts',
    'common',
  ],
  [
    'a room that is not on the plan',
    { 'src/extras/a.ts': 'export type A = 1' },
    'room',
    'src/extras/a.ts',
    'extras',
  ],
  [
    'a door where none belongs',
    { 'src/flow/index.ts': "export { login } from './login.ts'" },
    'door',
    'src/flow/index.ts',
    'flow',
  ],
  [
    'code in the front door',
    { 'src/index.ts': 'export const version = 1' },
    'door',
    'src/index.ts',
    're-exports',
  ],
  [
    'code without a test of its name',
    { 'test/flow/login.test.ts': null },
    'mirror',
    'src/flow/login.ts',
    'test/flow/login.test.ts',
  ],
]

function rebuild(change: Record<string, string | null>): Tree {
  return new Map(
    Object.entries({ ...sound, ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    ),
  )
}

describe('every wall is seen to fail', () => {
  const packages = Object.keys(dependencies)

  it('a sound tree has no breach', () => {
    expect(findBreaches(rebuild({}), packages)).toEqual([])
  })

  it.each(broken)('%s', (_flaw, change, wall, file, word) => {
    const breaches = findBreaches(rebuild(change), packages)
    expect(breaches).toContainEqual({ wall, file, what: expect.stringContaining(word) })
    // A new file has no test yet, and an import in the wrong direction may close a cycle: nothing
    // else may be reported.
    expect(breaches.filter((breach) => ![wall, 'mirror', 'cycle'].includes(breach.wall))).toEqual(
      [],
    )
  })

  it('platform.ts alone may ask the platform for its own modules', () => {
    const text = "export const aes: unknown = globalThis.process?.getBuiltinModule('node:crypto')"
    const inPlace = { 'src/crypto/platform.ts': text, 'test/crypto/platform.test.ts': '' }
    expect(findBreaches(rebuild(inPlace), packages)).toEqual([])
    expect(
      findBreaches(rebuild({ 'src/crypto/secret.ts': text }), packages).map(({ wall }) => wall),
    ).toEqual(['runtime', 'runtime'])
  })

  it('a wall breaks in the real tree too', () => {
    const tree = new Map([
      ...readTree(),
      ['src/errors.ts', "import './crypto/secret.ts'\nexport const now = process.hrtime()"],
    ])
    expect(findBreaches(tree, packages)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ wall: 'direction', file: 'src/errors.ts' }),
        expect.objectContaining({ wall: 'runtime', file: 'src/errors.ts' }),
      ]),
    )
  })
})
