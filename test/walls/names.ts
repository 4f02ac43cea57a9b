import ts from 'typescript'

const runtimeGlobals = new Set([
  'Buffer',
  'process',
  'require',
  'global',
  'setImmediate',
  '__dirname',
  '__filename',
  'Deno',
  'Bun',
])
const anyObject = new Set(['globalThis', 'self', 'window'])

/**
 * Globals that exist on some runtimes only, wherever a file reads one, also as `globalThis.process`
 * or by destructuring.
 */
export function runtimeGlobalsIn(file: ts.SourceFile): string[] {
  return collect(file, (node) => {
    if (
      ts.isElementAccessExpression(node) &&
      ts.isIdentifier(node.expression) &&
      anyObject.has(node.expression.text)
    ) {
      const key = node.argumentExpression
      return ts.isStringLiteralLike(key) && runtimeGlobals.has(key.text) ? key.text : undefined
    }
    if (ts.isBindingElement(node) && node.propertyName && ts.isIdentifier(node.propertyName)) {
      return runtimeGlobals.has(node.propertyName.text) ? node.propertyName.text : undefined
    }
    if (!ts.isIdentifier(node) || !runtimeGlobals.has(node.text)) return undefined
    return isMemberName(node) ? undefined : node.text
  })
}

// `this.process(block)` and a method called `process` are nobody's global; `globalThis.process` is.
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    return !(ts.isIdentifier(parent.expression) && anyObject.has(parent.expression.text))
  }
  if (ts.isBindingElement(parent)) return parent.propertyName === node
  return (
    (ts.isClassElement(parent) || ts.isTypeElement(parent) || ts.isPropertyAssignment(parent)) &&
    parent.name === node
  )
}

/**
 * String literals that name a module of Node, such as one handed to `getBuiltinModule`; imports are
 * another wall's matter.
 */
export function nodeModuleNamesIn(file: ts.SourceFile): string[] {
  return collect(file, (node) => {
    if (
      !ts.isStringLiteralLike(node) ||
      ts.isImportDeclaration(node.parent) ||
      ts.isExportDeclaration(node.parent)
    )
      return undefined
    return node.text.startsWith('node:') ? node.text : undefined
  })
}

/** `Math.random`, which is no source of secrets. */
export function weakRandomIn(file: ts.SourceFile): string[] {
  return collect(file, (node) => (node.getText(file) === 'Math.random' ? 'Math.random' : undefined))
}

/** Places that read the clock by themselves instead of taking an instant. */
export function clockReadsIn(file: ts.SourceFile): string[] {
  return collect(file, (node) => {
    if (ts.isPropertyAccessExpression(node))
      return /^(Date|performance)\.now$/.test(node.getText(file)) ? node.getText(file) : undefined
    if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return undefined
    return node.expression.getText(file) === 'Date' && (node.arguments?.length ?? 0) === 0
      ? 'new Date()'
      : undefined
  })
}

/** The word `any` as a type. */
export function anyTypesIn(file: ts.SourceFile): string[] {
  return collect(file, (node) => {
    if (node.kind !== ts.SyntaxKind.AnyKeyword) return undefined
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file))
    return `any in line ${line + 1}: ${file.text.split('\n')[line]?.trim() ?? ''}`
  })
}

/** True when the file leaves something behind once its types are erased, other than re-exports. */
export function hasCode(file: ts.SourceFile): boolean {
  return file.statements.some(
    (statement) =>
      !ts.isInterfaceDeclaration(statement) &&
      !ts.isTypeAliasDeclaration(statement) &&
      !ts.isImportDeclaration(statement) &&
      !isReexport(statement),
  )
}

export function isReexport(statement: ts.Statement): boolean {
  return ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined
}

function collect(file: ts.SourceFile, test: (node: ts.Node) => string | undefined): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const hit = test(node)
    if (hit !== undefined) found.push(hit)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}
