import ts from 'typescript'
import { findCycles, importsOf, resolveImport, valueReexportsOf } from './imports.ts'
import {
  clockReadsIn,
  hasCode,
  isReexport,
  nodeModuleNamesIn,
  runtimeGlobalsIn,
  weakRandomIn,
} from './names.ts'

/** A source tree: path from the project's root -> text. */
export type Tree = ReadonlyMap<string, string>

/** A place where the house does not stand as planned. */
export interface Breach {
  wall: string
  file: string
  what: string
}

const floors = new Map([
  ['errors.ts', 0],
  ['crypto', 1],
  ['text', 1],
  ['otp', 2],
  ['qr', 2],
  ['backup-codes', 2],
  ['stores', 2],
  ['record', 3],
  ['tokens', 4],
  ['codes', 5],
  ['sms', 6],
  ['flow', 7],
  ['http', 8],
  ['testing', 8],
  ['index.ts', 9],
])
const roomsWithoutDoor = new Set(['crypto', 'text', 'record', 'tokens', 'codes', 'sms', 'flow'])
const dumpNames = /^(utils?|helpers?|common|shared|core|types|misc|lib)(\.|$)/
// The one place that may look for what a platform has beside the web's interfaces.
const builtinModuleUser = 'src/crypto/platform.ts'
const flowCall =
  /^src\/flow\/(login|step-up|totp|sms|backup-codes|devices|factors|recovery|status|maintenance)\.ts$/
const store = /^src\/stores\/(?!record-store)[\w-]+\.ts$/
// What a store needs to wait for its turn, and no cryptography; nobody types anything to a store.
const openToStores = new Set(['src/crypto/random.ts'])

/**
 * Every breach in `tree`, in the order of its files. `dependencies` are the packages that `src` may
 * import.
 */
export function findBreaches(tree: Tree, dependencies: readonly string[]): Breach[] {
  const files = [...tree]
    .filter(([path]) => path.endsWith('.ts'))
    .map(([path, text]) => parse(path, text))
  const sources = files.filter((file) => file.fileName.startsWith('src/'))
  return [
    ...files.flatMap(checkShape),
    ...sources.flatMap((file) => [
      ...checkRoom(file),
      ...checkImports(file, tree, dependencies),
      ...checkNames(file),
    ]),
    ...checkCycles(sources),
    ...checkTested(sources, tree),
  ]
}

export function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
}

function roomOf(path: string): string {
  return path.split('/')[1] ?? ''
}

function checkShape(file: ts.SourceFile): Breach[] {
  const path = file.fileName
  const breaches: Breach[] = []
  // test/types holds code that must not compile, a name that the plan itself gives.
  const names = path.replace(/^test\/types(\/|\.)/, 'test/').split('/')
  for (const name of names)
    if (dumpNames.test(name))
      breaches.push({ wall: 'room name', file: path, what: `${name} names no concept` })
  return breaches
}

function checkRoom(file: ts.SourceFile): Breach[] {
  const path = file.fileName
  const room = roomOf(path)
  if (!floors.has(room)) return [{ wall: 'room', file: path, what: `${room} is not on the plan` }]
  if (path === `src/${room}/index.ts` && roomsWithoutDoor.has(room))
    return [{ wall: 'door', file: path, what: `${room} has no door of its own` }]
  if (path === 'src/index.ts' && !file.statements.every(isReexport))
    return [{ wall: 'door', file: path, what: 'more than re-exports' }]
  return []
}

function checkImports(file: ts.SourceFile, tree: Tree, dependencies: readonly string[]): Breach[] {
  const path = file.fileName
  return importsOf(file).flatMap((specifier): Breach[] => {
    const target = resolveImport(path, specifier)
    if (target === null) {
      const known = dependencies.some(
        (name) => specifier === name || specifier.startsWith(`${name}/`),
      )
      return known ? [] : [{ wall: 'dependency', file: path, what: specifier }]
    }
    if (!tree.has(target))
      return [{ wall: 'dependency', file: path, what: `${specifier} does not exist` }]
    if (!isAllowed(path, target))
      return [{ wall: 'direction', file: path, what: `imports ${target}` }]
    return []
  })
}

function isAllowed(importer: string, target: string): boolean {
  const [from, to] = [roomOf(importer), roomOf(target)]
  if (from === to) return true
  if (from === 'stores' && floors.get(to) === 1) return openToStores.has(target)
  return (floors.get(to) ?? Infinity) < (floors.get(from) ?? -Infinity)
}

function checkNames(file: ts.SourceFile): Breach[] {
  const path = file.fileName
  const breach =
    (wall: string) =>
    (what: string): Breach => ({ wall, file: path, what })
  const runtime =
    path === builtinModuleUser ? [] : [...runtimeGlobalsIn(file), ...nodeModuleNamesIn(file)]
  const clock = roomOf(path) === 'otp' ? clockReadsIn(file) : []
  return [
    ...runtime.map(breach('runtime')),
    ...weakRandomIn(file).map(breach('random')),
    ...clock.map(breach('clock')),
  ]
}

// The path of a call is the path of its file and of its test: each part of `twoFactor`, each store,
// and whatever a door shows.
function checkTested(sources: readonly ts.SourceFile[], tree: Tree): Breach[] {
  const doors = sources.filter((file) => file.fileName.endsWith('/index.ts'))
  const shown = new Set(
    doors.flatMap((door) =>
      valueReexportsOf(door).map((specifier) => resolveImport(door.fileName, specifier)),
    ),
  )
  const untested = sources.filter((file) => {
    const isNamed =
      roomOf(file.fileName) === 'flow'
        ? flowCall.test(file.fileName)
        : shown.has(file.fileName) || store.test(file.fileName)
    return isNamed && hasCode(file) && !tree.has(testOf(file.fileName))
  })
  return untested.map((file) => ({
    wall: 'mirror',
    file: file.fileName,
    what: `${testOf(file.fileName)} does not exist`,
  }))
}

function testOf(path: string): string {
  return path.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts')
}

function checkCycles(sources: readonly ts.SourceFile[]): Breach[] {
  const graph = new Map(
    sources.map((file) => [
      file.fileName,
      importsOf(file).flatMap((specifier) => resolveImport(file.fileName, specifier) ?? []),
    ]),
  )
  return findCycles(graph).map((cycle) => ({
    wall: 'cycle',
    file: cycle[0] ?? '',
    what: cycle.join(' -> '),
  }))
}
