import { Secret } from 'keystep'
import {
  challengeCookie,
  deviceCookie,
  endChallengeCookie,
  endDeviceCookie,
  readChallengeCookie,
  readDeviceCookie,
} from 'keystep/http'
import { describe, expect, it } from 'vitest'

const now = (): Date => new Date('2026-11-22T12:00:00Z')
const in5Minutes = new Date('2026-11-22T12:05:00Z')

describe('challenge and device cookies', () => {
  it('RFC 6265bis 4.1.3.2: __Host- asks for Secure, Path=/ and no Domain; scripts and other sites get neither', () => {
    const all = [
      challengeCookie({ challenge: 'ksc_a.b.c', expiresAt: in5Minutes }, { now }),
      deviceCookie({ token: new Secret('ksd_a.b'), expiresAt: in5Minutes }, { now }),
      endChallengeCookie(),
      endDeviceCookie(),
    ]
    expect(all).toEqual([
      '__Host-challenge=ksc_a.b.c; Max-Age=300; Path=/; Secure; HttpOnly; SameSite=Strict',
      '__Host-device=ksd_a.b; Max-Age=300; Path=/; Secure; HttpOnly; SameSite=Strict',
      '__Host-challenge=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict',
      '__Host-device=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict',
    ])
  })

  it('Max-Age is that of the result, never more and never negative; without a clock the system counts', () => {
    expect(
      challengeCookie(
        { challenge: 'ksc_', expiresAt: new Date(in5Minutes.getTime() - 1) },
        { now },
      ),
    ).toContain('Max-Age=299;')
    expect(challengeCookie({ challenge: 'ksc_', expiresAt: new Date(0) }, { now })).toContain(
      'Max-Age=0;',
    )
    expect(
      challengeCookie({ challenge: 'ksc_', expiresAt: new Date(Date.now() + 3_600_500) }),
    ).toMatch(/Max-Age=(3600|3599);/)
  })

  it('SameSite=Lax where it is asked for', () => {
    expect(endDeviceCookie({ sameSite: 'lax' })).toMatch(/SameSite=Lax$/)
  })

  it('are read from a Request or from the text of the header, among others and in any order', () => {
    const header =
      'a=1; __Host-device=ksd_a.b; xx__Host-challenge=ksc_no;\t__Host-challenge=ksc_a.b.c ;b'
    for (const source of [
      header,
      new Request('https://portal.example', { headers: { cookie: header } }),
    ]) {
      expect([readChallengeCookie(source), readDeviceCookie(source)]).toEqual([
        'ksc_a.b.c',
        'ksd_a.b',
      ])
    }
  })

  it('anything else is as if there were none, so that a planted value reaches no call', () => {
    for (const source of [
      null,
      undefined,
      '',
      '__Host-challenge',
      '__Host-challenge=',
      '__Host-challenge=ksd_x',
      'challenge=ksc_x',
      new Request('https://portal.example'),
    ]) {
      expect(readChallengeCookie(source)).toBeUndefined()
    }
    expect(readDeviceCookie('__Host-device=ksc_x')).toBeUndefined()
  })
})
