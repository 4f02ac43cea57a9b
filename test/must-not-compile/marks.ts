/**
 * `otp.ts:12` -> the diagnostics of that line, sorted, e.g.
 * `['TS2345', 'no-unnecessary-condition']`.
 */
export type Marks = Readonly<Record<string, readonly string[]>>

// The compiler numbers one error, missing members, by how many of them there are.
const missingMembers = /^TS27(39|40|41)$/
const mark = /\/\/ fails: ([\w-]+(?: [\w-]+)*)$/

/**
 * What the lines of a file say about themselves: a line ends in `// fails: TS2345`, or it must be
 * legal.
 */
export function expectedMarks(name: string, text: string): Marks {
  const lines = text
    .split('\n')
    .map((line, index): [string, string[]] => [
      `${name}:${index + 1}`,
      mark.exec(line)?.[1]?.split(' ').sort() ?? [],
    ])
  return Object.fromEntries(lines.filter(([, codes]) => codes.length > 0))
}

/**
 * The same shape, from what the compiler and the linter found. A diagnostic twice in one line
 * counts once.
 */
export function foundMarks(
  diagnostics: readonly { file: string; line: number; code: string }[],
): Marks {
  const found: Record<string, string[]> = {}
  for (const { file, line, code } of diagnostics) {
    const codes = (found[`${file}:${line}`] ??= [])
    const named = missingMembers.test(code) ? 'missing-members' : code
    if (!codes.includes(named)) codes.push(named)
  }
  for (const codes of Object.values(found)) codes.sort()
  return found
}
