import { dirname, relative } from 'node:path'
import { ESLint } from 'eslint'
import ts from 'typescript'
import tseslint from 'typescript-eslint'

export interface Diagnostic {
  file: string
  line: number
  code: string
}

/**
 * What the compiler says about the files of a tsconfig; `overlay` stands in for files that are not
 * on the disk, by absolute path.
 */
export function compile(
  configPath: string,
  overlay: ReadonlyMap<string, string> = new Map(),
): Diagnostic[] {
  const { config } = ts.readConfigFile(configPath, (path) => ts.sys.readFile(path)) as {
    config: unknown
  }
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, dirname(configPath))
  const host = ts.createCompilerHost(parsed.options)
  const { readFile, fileExists } = host
  host.readFile = (path) => overlay.get(path) ?? readFile.call(host, path)
  host.fileExists = (path) => overlay.has(path) || fileExists.call(host, path)
  const program = ts.createProgram([...parsed.fileNames, ...overlay.keys()], parsed.options, host)
  return ts.getPreEmitDiagnostics(program).map(({ file, start, code, messageText }) => {
    if (!file || start === undefined)
      throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'))
    return {
      file: relative(dirname(configPath), file.fileName),
      line: file.getLineAndCharacterOfPosition(start).line + 1,
      code: `TS${code}`,
    }
  })
}

/**
 * What typescript-eslint says about them, with the rules that see a result used as a condition or a
 * promise left alone.
 */
export async function lint(configPath: string): Promise<Diagnostic[]> {
  const folder = dirname(configPath)
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.ts'],
      plugins: { '@typescript-eslint': tseslint.plugin },
      languageOptions: {
        parser: tseslint.parser,
        parserOptions: { project: configPath, tsconfigRootDir: folder },
      },
      rules: {
        '@typescript-eslint/no-unnecessary-condition': 'error',
        '@typescript-eslint/no-floating-promises': 'error',
        '@typescript-eslint/no-misused-promises': 'error',
      },
    },
  })
  const results = await eslint.lintFiles(['*.ts'])
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, ruleId, message }) => ({
      file: relative(folder, filePath),
      line,
      code: ruleId?.replace('@typescript-eslint/', '') ?? `parser: ${message}`,
    })),
  )
}
