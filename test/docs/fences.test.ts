import { describe, expect, it } from 'vitest'
import { compileFences } from './compile-fences.ts'
import { type Fence, fencesOf, fileOf, pages, readPage, readProjectFile } from './fences.ts'

const fences = pages.flatMap((page) => fencesOf(page, readPage(page)))
const isCode = ({ language }: Fence): boolean => ['ts', 'js'].includes(language)
const parts = fences.filter((fence) => fileOf(fence) !== null)
const lines = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '')

describe('the code blocks of README.md and docs', () => {
  it('name a language, and code is called ts or js, so that none slips through', () => {
    const known = [
      'ts',
      'js',
      'sh',
      'sql',
      'json',
      'mermaid',
      'text',
      'html',
      'redis',
      'toml',
      'php',
      'ruby',
    ]
    expect(
      fences
        .filter(({ language }) => !known.includes(language))
        .map(({ page, line, language }) => `${page}:${line} ${language}`),
    ).toEqual([])
    expect(fences.filter(isCode).length).toBeGreaterThan(15)
  })

  it('compile, every one of them, strictly', () => {
    expect(
      compileFences(fences.filter((fence) => isCode(fence) && fileOf(fence) === null)),
    ).toEqual([])
  }, 240_000)

  it.each([...new Set(parts.map((fence) => `${fence.page} ${fileOf(fence) ?? ''}`))])(
    '%s: shown as it is, no line left out',
    (which) => {
      const shown = parts.filter((fence) => `${fence.page} ${fileOf(fence) ?? ''}` === which)
      const file = fileOf(shown[0]!)!
      expect(lines(shown.map(({ code }) => code).join(''))).toEqual(
        lines(readProjectFile(file) ?? `there is no ${file}`),
      )
    },
  )
})

describe('the check is seen to fail', () => {
  const block = (code: string, language = 'ts'): Fence => ({
    page: 'a.md',
    line: 10,
    language,
    about: '',
    code,
  })

  it('on a name that is gone, a wrong type and a forgotten narrowing, at its line', () => {
    const wrong = [
      block("import { createTwoFactors } from 'keystep'\n"),
      block(
        'const verdict = await twoFactor.login.verify({ challenge, code })\nopenSession(verdict.grant)\n',
      ),
      block("import { totpStep } from 'keystep/otp'\n\ntotpStep({ at: 5 })\n", 'js'),
    ]
    expect(compileFences(wrong).map((message) => message.slice(0, 60))).toEqual([
      expect.stringContaining("a.md:10: '\"keystep\"' has no exported member named 'create"),
      expect.stringContaining("a.md:11: Property 'grant' does not exist on type"),
      expect.stringContaining("a.md:12: Type 'number' is not assignable to type 'Date'"),
    ])
  })

  it('not on a fragment that awaits, returns and declares a name of its surroundings anew', () => {
    expect(
      compileFences([
        block(
          "import { generateTotp, OtpKey } from 'keystep/otp'\n\nconst code = generateTotp(OtpKey.generate(), { at: new Date() })\nreturn show(await Promise.resolve(code))\n",
        ),
      ]),
    ).toEqual([])
  })

  it('a block that is never closed is an error', () => {
    expect(() => fencesOf('a.md', 'text\n```ts\ncode\n')).toThrow('a.md: the block of line 3')
    expect(fencesOf('a.md', 'text\n```ts move\ncode\n```\n')).toEqual([
      { page: 'a.md', line: 3, language: 'ts', about: 'move', code: 'code\n' },
    ])
  })
})
