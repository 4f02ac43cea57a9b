import { posix } from 'node:path'
import ts from 'typescript'

/** Every module a file names: static, re-exported, dynamic, `require` and `import('...')` types. */
export function importsOf(file: ts.SourceFile): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node)
    if (specifier !== undefined)
      found.push(ts.isStringLiteralLike(specifier) ? specifier.text : '(computed)')
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal
  if (!ts.isCallExpression(node)) return undefined
  const imports =
    node.expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(node.expression) && node.expression.text === 'require')
  return imports ? node.arguments[0] : undefined
}

/** The modules from which a door shows values; a re-export of types alone shows none. */
export function valueReexportsOf(file: ts.SourceFile): string[] {
  const reexports = file.statements
    .filter(ts.isExportDeclaration)
    .filter((statement) => !statement.isTypeOnly)
  return reexports.flatMap(({ moduleSpecifier }) =>
    moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? [moduleSpecifier.text] : [],
  )
}

/** `./x.ts` in `src/otp/a.ts` -> `src/otp/x.ts`; null for a package. */
export function resolveImport(importer: string, specifier: string): string | null {
  return specifier.startsWith('.') ? posix.join(posix.dirname(importer), specifier) : null
}

/** The cycles of an import graph, each once, as the path that closes it. */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = []
  const done = new Set<string>()
  const walk = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    if (start >= 0) {
      cycles.push([...path.slice(start), file])
      return
    }
    if (done.has(file)) return
    for (const target of graph.get(file) ?? []) walk(target, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) walk(file, [])
  return cycles
}
