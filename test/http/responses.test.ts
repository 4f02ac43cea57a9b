import { Secret } from 'keystep'
import { answerResponse, errorResponse, jsonResponse } from 'keystep/http'
import { describe, expect, it } from 'vitest'

const now = (): Date => new Date('2026-11-22T12:00:00Z')

describe('responses', () => {
  it('nobody may store them or read them as anything but JSON, whatever headers are passed', async () => {
    const headers = {
      'Cache-Control': 'public, max-age=99',
      'Content-Type': 'text/html',
      'X-Mine': '1',
    }
    for (const response of [
      jsonResponse({ a: 1 }, { headers }),
      answerResponse({ outcome: 'accepted' }, { headers }),
      errorResponse('no_session', headers),
    ]) {
      const shown = Object.fromEntries(response.headers)
      expect(shown).toEqual({
        'cache-control': 'no-store',
        'content-type': 'application/json',
        'x-content-type-options': 'nosniff',
        'x-mine': '1',
      })
    }
    expect(await jsonResponse({ at: now() }).text()).toBe('{"at":"2026-11-22T12:00:00.000Z"}')
  })

  it('several cookies stay several', () => {
    const response = jsonResponse(
      {},
      {
        headers: [
          ['Set-Cookie', 'a=1, 2'],
          ['Set-Cookie', 'b=2'],
        ],
      },
    )
    expect(response.headers.getSetCookie()).toEqual(['a=1, 2', 'b=2'])
  })

  it('RFC 9110 10.2.3: Retry-After in whole seconds, rounded up, at least 1', () => {
    const retryAfter = (ms: number): string | null =>
      answerResponse(
        { outcome: 'rejected', reason: 'locked', retryAt: new Date(now().getTime() + ms) },
        { now },
      ).headers.get('retry-after')
    expect([30_000, 29_001, 1, 0, -5000].map(retryAfter)).toEqual(['30', '30', '1', '1', '1'])
    expect(
      answerResponse({ outcome: 'rejected', reason: 'expired' }).headers.has('retry-after'),
    ).toBe(false)
  })

  it('a secret that was not revealed stays one, and a reason that is new is no success', async () => {
    expect(
      await answerResponse({ outcome: 'accepted', backupCodes: new Secret(['ABCD-1234']) }).text(),
    ).toBe('{"outcome":"accepted","backupCodes":"[Secret]"}')
    expect(answerResponse({ outcome: 'rejected', reason: 'constructor' }).ok).toBe(false)
  })
})
