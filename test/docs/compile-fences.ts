import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import type { Fence } from './fences.ts'

const folder = fileURLToPath(new URL('./', import.meta.url))
const root = fileURLToPath(new URL('../../', import.meta.url))
const contextFile = `${folder}context.ts`
/** What is on the disk is parsed once for all compilations. */
const parsed = new Map<string, ts.SourceFile | undefined>()

/**
 * A block as a module of its own. One that exports is a whole file and stays as it is; any other
 * stands in an async function, behind its imports, so that it may await and return. No line moves.
 */
function moduleOf(code: string): string {
  const { statements } = ts.createSourceFile('block.ts', code, ts.ScriptTarget.ES2022)
  if (
    statements.some(
      (statement) =>
        ts.canHaveModifiers(statement) &&
        ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
    )
  )
    return code
  const behindImports = Math.max(
    0,
    ...statements.filter(ts.isImportDeclaration).map(({ end }) => end),
  )
  return `${code.slice(0, behindImports)};export const fragment = async () => {${code.slice(behindImports)}\n}`
}

/**
 * The names of context.ts, which fragments may use as if they stood around them; a block's own
 * declarations and imports go first.
 */
function globalsOfContext(): string {
  const source = ts.createSourceFile(
    contextFile,
    ts.sys.readFile(contextFile) ?? '',
    ts.ScriptTarget.ES2022,
  )
  const names = source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) =>
      declarationList.declarations.map(({ name }) => (name as ts.Identifier).text),
    )
  return `import type * as context from './context.ts'\ndeclare global {\n${names.map((name) => `const ${name}: typeof context.${name}`).join('\n')}\n}`
}

/** Packages that a page names and the project does not install. */
const foreignPackages = `declare module 'better-auth/crypto' {
  export function symmetricDecrypt(input: { key: string; data: string }): Promise<string>
}`

/**
 * What the compiler says about code blocks, as `docs/otp.md:12: Cannot find name ...`. JavaScript
 * is checked as strictly as TypeScript.
 */
export function compileFences(fences: readonly Fence[]): string[] {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object }
  }
  const compilerOptions = {
    ...config.compilerOptions,
    allowJs: true,
    checkJs: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
    noImplicitReturns: false,
  }
  const { options } = ts.parseJsonConfigFileContent({ compilerOptions, files: [] }, ts.sys, root)
  const overlay = new Map([
    [`${folder}globals.ts`, globalsOfContext()],
    [`${folder}foreign-packages.d.ts`, foreignPackages],
  ])
  const placeOf = new Map<string, Fence>()
  for (const [index, fence] of fences.entries()) {
    // Beside its page, so that a relative import leads where a relative link does.
    const path = `${root}${fence.page}.${index}.${fence.language}`
    overlay.set(path, moduleOf(fence.code))
    placeOf.set(path, fence)
  }
  const host = ts.createCompilerHost(options)
  const { readFile, fileExists, getSourceFile } = host
  host.getSourceFile = (path, target) => {
    if (overlay.has(path)) return getSourceFile.call(host, path, target)
    if (!parsed.has(path)) parsed.set(path, getSourceFile.call(host, path, target))
    return parsed.get(path)
  }
  host.readFile = (path) => overlay.get(path) ?? readFile.call(host, path)
  host.fileExists = (path) => overlay.has(path) || fileExists.call(host, path)
  const program = ts.createProgram([...overlay.keys()], options, host)
  // Of the blocks alone: what they import is the business of `npm run types`.
  const files = [...overlay.keys()].map((path) => program.getSourceFile(path)!)
  const found = [
    ...program.getOptionsDiagnostics(),
    ...files.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]),
  ]
  return found.map(({ file, start, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, '\n')
    const fence = file && placeOf.get(file.fileName)
    if (!file || !fence) return `${file?.fileName ?? ''}: ${message}`
    return `${fence.page}:${fence.line + file.getLineAndCharacterOfPosition(start ?? 0).line}: ${message}`
  })
}
