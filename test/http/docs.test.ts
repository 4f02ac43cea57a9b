import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { HttpError } from 'keystep/http'
import { answerResponse, errorResponse } from '../../src/http/responses.ts'
import { openapi, resolve, type Schema } from './openapi.ts'
import { routes } from './routes.ts'

const page = readFileSync(new URL('../../docs/http.md', import.meta.url), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
const namesIn = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

/** The fields that accepted answers of an operation have, one way or another. */
function answerFields(path: string, method: string): string[] {
  const { schema } = openapi.paths[path]![method]!.responses['200']!.content!['application/json']!
  const parts = (resolve(schema).oneOf ?? [schema]).map(resolve)
  return [...new Set(parts.flatMap((part: Schema) => Object.keys(part.properties ?? {})))].filter(
    (name) => name !== 'outcome',
  )
}

describe('docs/http.md', () => {
  it('has the routes of the handler in its order, with their sessions and bodies', () => {
    const told = rows
      .filter(([first = '']) => /^`(GET|POST) /.test(first))
      .map(([route = '', session, body = '']) => {
        const fields = namesIn(body).map((name) => name.replace(/: .*/, ''))
        return { name: namesIn(route)[0], session, fields }
      })
    const words = { none: 'by token', optional: 'by token', required: 'yes' }
    expect(told).toEqual(
      routes.map(({ name, session, fields }) => ({
        name,
        session: words[session],
        fields: Object.entries(fields).map(([field, kind]) =>
          kind.endsWith('?') ? `${field}?` : field,
        ),
      })),
    )
  })

  it.each(routes.filter(({ name }) => !['GET /status', 'POST /totp/pending'].includes(name)))(
    '$name: tells every field of its answer',
    ({ name, path }) => {
      const answer = rows.find(([first]) => first === `\`${name}\``)![3]!
      const missing = answerFields(path, 'post').filter(
        (field) => !new RegExp(`\\b${field}\\b`).test(answer),
      )
      expect(missing).toEqual([])
    },
  )

  it('gives every reason and every error its own status', () => {
    const told = rows.filter(([status = '']) => /^\d{3}/.test(status))
    const known: Record<HttpError, true> = {
      bad_request: true,
      no_session: true,
      cross_origin: true,
      second_factor_required: true,
      permit_required: true,
      not_found: true,
      method_not_allowed: true,
      too_large: true,
      unsupported_media_type: true,
      unavailable: true,
    }
    for (const error of Object.keys(known) as HttpError[]) {
      const { status } = errorResponse(error)
      expect(
        told.some(
          ([at = '', what = '']) =>
            at.split(', ').includes(String(status)) && namesIn(what).includes(error),
        ),
        error,
      ).toBe(true)
    }
    for (const reason of [
      'wrong_code',
      'malformed_code',
      'clock_off',
      'malformed_number',
      'number_refused',
      'locked',
      'too_soon',
      'already_used',
      'factor_unavailable',
      'limit_reached',
      'required',
      'expired',
      'not_found',
      'exhausted',
    ]) {
      const { status } = answerResponse({ outcome: 'rejected', reason })
      expect(
        told.some(([at, what = '']) => at === String(status) && namesIn(what).includes(reason)),
        reason,
      ).toBe(true)
    }
  })
})
