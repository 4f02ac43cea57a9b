import { describe, expect, it } from 'vitest'
import { openOffice, type Person } from './office.ts'

const www = { name: 'WWW ', type: 'A', value: '192.0.2.10' }

describe('the DNS page', () => {
  const office = openOffice()
  let ben: Person
  const records = async (): Promise<string[]> => {
    const { data } = office.portal
    const { id } = (await data.users.byEmail('ada@example.com'))!
    // But for those of the demo.
    return (await data.dnsRecords.of(id))
      .filter(({ name }) => name !== '@')
      .map(({ name, type, value }) => `${name} ${type} ${value}`)
  }

  it('takes a record, deletes it, and says what is wrong with one', async () => {
    const ada = office.person('ada@example.com')
    await ada.logIn()
    expect(await ada.post('/dns', www)).toBe('/dns')
    expect(await ada.post('/dns', www)).toBe('/dns')
    expect(await ada.browser.get('/dns')).toContain('That record is there already.')
    expect(await records()).toEqual(['www A 192.0.2.10'])
    for (const [wrong, word] of [
      [{ value: '192.0.2' }, 'IPv4'],
      [{ type: 'AAAA' }, 'IPv6'],
      [{ name: '-' }, 'Letters'],
      [{ type: 'TXT', value: 'é' }, 'plain'],
      [{ type: 'SRV', value: 'x' }, 'plain'],
    ] as const) {
      expect(await ada.browser.post('/dns', { ...www, ...wrong })).toContain(word)
      expect(ada.browser.lastStatus).toBe(422)
    }
    const id = /\/dns\/([\w-]+)\/delete"><button[^>]*Delete www/.exec(
      await ada.browser.get('/dns'),
    )![1]!
    await ada.post(`/dns/${id}/delete`)
    expect(await records()).toEqual([])
  })

  it('without a second factor asks for an old password again, then has the form filled in', async () => {
    const ada = office.person('ada@example.com')
    await ada.logIn()
    office.clock.advance({ minutes: 11 })
    const asked = new URL((await ada.post('/dns', www))!, office.origin)
    expect(asked.pathname).toBe('/confirm-password')
    const then = asked.searchParams.get('then')!
    expect(await ada.post('/confirm-password', { password: 'correct horse battery', then })).toBe(
      '/dns?name=www&type=A&value=192.0.2.10',
    )
    expect(await ada.browser.get(then)).toContain('value="192.0.2.10"')
    const elsewhere = await fetch(office.origin + then, {
      headers: {
        'cookie': `__Host-session=${ada.browser.cookies.get('__Host-session')!}`,
        'sec-fetch-site': 'cross-site',
      },
    })
    expect(await elsewhere.text()).not.toContain('value="192.0.2.10"')
    expect(await records()).toEqual([])
  })

  it('with one, changes nothing before a code, and honors a code of the last 10 minutes', async () => {
    ben = office.person('ben@example.com')
    await ben.logIn()
    await ben.enroll()
    expect(await ben.post('/dns', www)).toBe('/dns')
    expect(await records()).toEqual(['www A 192.0.2.10'])
    office.clock.advance({ minutes: 11 })
    const other = { name: 'mail', type: 'MX', value: '10 mail.example.com' }
    const asked = (await ben.post('/dns', other))!
    expect(asked).toMatch(/^\/security\/verify\?purpose=dns/)
    expect(await ben.browser.get(asked)).toContain(
      'To add mail MX 10 mail.example.com, type a code.',
    )
    await ben.confirm(asked, '000000')
    expect(ben.browser.lastStatus).toBe(422)
    expect(await records()).toHaveLength(1)
    expect(await ben.confirm(asked)).toBe('/dns')
    expect(await records()).toEqual(['www A 192.0.2.10', 'mail MX 10 mail.example.com'])
    expect(await ben.post('/dns', { ...www, name: 'ftp' })).toBe('/dns')
  })

  it('takes no permit of another purpose, whatever the form says', async () => {
    office.clock.advance({ minutes: 11 })
    const { data, twoFactor } = office.portal
    const { id: userId } = (await data.users.byEmail(ben.email))!
    const sessionId = ben.sessionId()
    const before = await records()
    const foreign = await twoFactor.stepUp.begin({ userId, sessionId, purpose: 'support' })
    if (foreign.next !== 'challenge') throw new Error(foreign.next)
    const verified = await twoFactor.stepUp.verify({
      challenge: foreign.challenge,
      sessionId,
      code: ben.code(),
    })
    if (verified.outcome !== 'accepted') throw new Error(verified.reason)
    await data.stepUps.keepPermit(sessionId, 'dns', verified)
    const asked = (await ben.post('/dns', { ...www, name: 'evil' }))!
    expect(asked).toMatch(/^\/security\/verify\?purpose=dns/)
    await ben.browser.get(asked)
    expect(await records()).toEqual(before)
    // The purpose of a change is the change's own: the field of the form has no say.
    const then = new URL(asked, office.origin).searchParams.get('then')!
    expect(await ben.post('/security/verify', { code: ben.code(), purpose: 'support', then })).toBe(
      '/dns',
    )
    expect(await records()).toEqual([...before, 'evil A 192.0.2.10'])
  })
})
