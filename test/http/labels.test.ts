import { describe, expect, it } from 'vitest'
import { nextCode, phoneOf } from '../flow/house.ts'
import { browser, portal } from './portal.ts'
import { challenged, enrollOver, text } from './walk.ts'

const AGENT = 'Mozilla/5.0 (X11; Linux) '.repeat(20)
const CUT = AGENT.slice(0, 64)

describe('labels, which pages take from anywhere', () => {
  it.each([
    ['a user agent of 500 characters is cut', AGENT, CUT],
    ['an empty one is none, and the device is remembered all the same', '', ''],
  ])('of a device: %s', async (_, given, label) => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const at = await challenged(p, 'ada')
    expect(
      (
        await at.post('/login/verify', {
          code: nextCode(p.clock, ada.phone),
          rememberDevice: { label: given },
        })
      ).status,
    ).toBe(200)
    expect((await at.get('/status')).body['devices']).toMatchObject([{ label }])
  })

  it.each([
    ['a long one is cut', AGENT, CUT],
    ['an empty one is none', '', 'Authenticator app'],
  ])('of an app: %s', async (_, given, label) => {
    const p = portal()
    const at = browser(p.serve)
    await at.login('ada')
    const permit = text(await at.post('/step-up/begin', { purpose: 'manage_factors' }), 'permit')
    const begun = await at.post('/totp/enroll', { permit, label: given })
    const phone = phoneOf({ reveal: () => text(begun, 'keyUri') })
    await at.post('/totp/confirm', {
      enrollment: text(begun, 'enrollment'),
      code: phone.code(p.clock()),
    })
    expect((await at.get('/status')).body['factors']).toMatchObject([{ label }])
  })

  it.each([
    ['a long one is cut', AGENT, CUT],
    ['an empty one leaves the one that there was', '', 'Phone'],
  ])('of an app that is named when it is confirmed: %s', async (_, given, label) => {
    const p = portal()
    const at = browser(p.serve)
    await at.login('ada')
    const permit = text(await at.post('/step-up/begin', { purpose: 'manage_factors' }), 'permit')
    const begun = await at.post('/totp/enroll', { permit, label: 'Phone' })
    const phone = phoneOf({ reveal: () => text(begun, 'keyUri') })
    await at.post('/totp/confirm', {
      enrollment: text(begun, 'enrollment'),
      code: phone.code(p.clock()),
      label: given,
    })
    expect((await at.get('/status')).body['factors']).toMatchObject([{ label }])
  })

  it('of an app that is renamed: a long one is cut, an empty one is refused', async () => {
    const { at, factorId } = await enrollOver(portal(), 'ada')
    expect((await at.post('/factors/rename', { factorId, label: '' })).status).toBe(400)
    expect((await at.post('/factors/rename', { factorId, label: AGENT })).status).toBe(200)
    expect((await at.get('/status')).body['factors']).toMatchObject([{ label: CUT }])
  })
})
