import { Secret } from 'keystep'
import { smsOutbox } from 'keystep/testing'
import { describe, expect, it } from 'vitest'
import { acceptedOf, challenge, house, SESSION } from '../flow/house.ts'
import { firstPermit } from '../flow/sms-house.ts'

const [ANN, BEN] = ['+4915112345678', '+436641234567']
const message = (to: string, text: string) => ({ to: new Secret(to), text: new Secret(text) })

function portal() {
  const outbox = smsOutbox()
  return {
    outbox,
    ...house({
      sms: { sender: outbox.sender, countries: ['+49', '+43'], originDomain: 'example.com' },
    }),
  }
}

describe('smsOutbox', () => {
  it('is the phone of a whole enrollment and login', async () => {
    const { outbox, twoFactor, clock } = portal()
    const begun = acceptedOf(
      await twoFactor.sms.enroll({
        permit: await firstPermit({ twoFactor, clock }, 'ann'),
        sessionId: SESSION,
        number: ANN,
      }),
    )
    acceptedOf(
      await twoFactor.sms.confirm({
        enrollment: begun.enrollment,
        sessionId: SESSION,
        code: outbox.codeTo('+49 151 1234-5678'),
      }),
    )
    clock.advance({ seconds: 30 })
    const asked = await challenge(twoFactor, 'ann')
    acceptedOf(await twoFactor.sms.send({ challenge: asked }))
    expect(outbox.last).toEqual({
      to: ANN,
      text: expect.stringContaining(`@example.com #${outbox.codeTo(ANN)}`) as string,
      code: outbox.codeTo(ANN),
    })
    expect(
      acceptedOf(await twoFactor.login.verify({ challenge: asked, code: outbox.codeTo(ANN) })).grant
        .userId,
    ).toBe('ann')
  })

  it('keeps every message in order, and finds the newest of a number', async () => {
    const outbox = smsOutbox()
    expect(outbox.last).toBeUndefined()
    await outbox.sender(message(ANN, '111111 is your code'))
    await outbox.sender(message(BEN, '222222 is your code'))
    await outbox.sender(message(ANN, '333333 is your code'))
    expect(outbox.messages.map(({ code }) => code)).toEqual(['111111', '222222', '333333'])
    expect([outbox.codeTo(ANN), outbox.codeTo(BEN), outbox.last?.to]).toEqual([
      '333333',
      '222222',
      ANN,
    ])
  })

  it('says that nothing went to a number, without repeating it', async () => {
    const outbox = smsOutbox()
    await outbox.sender(message(ANN, '111111 is your code'))
    for (const number of [BEN, 'nonsense', '']) {
      expect(() => outbox.codeTo(number)).toThrow(
        expect.objectContaining({
          code: 'ERR_OPTION',
          message: 'no message went to that number; there are 1 to others',
        }),
      )
    }
  })

  it('what a test does with the list changes no message', async () => {
    const outbox = smsOutbox()
    await outbox.sender(message(ANN, '111111 is your code'))
    ;(outbox.messages as unknown[]).length = 0
    expect(() => Object.assign(outbox.last!, { code: '000000' })).toThrow(TypeError)
    expect(outbox.codeTo(ANN)).toBe('111111')
  })

  it('fails as often as it is told, as ERR_SMS_SENDER, and keeps nothing of it', async () => {
    const { outbox, twoFactor, clock } = portal()
    const permit = await firstPermit({ twoFactor, clock }, 'ann')
    const enroll = () => twoFactor.sms.enroll({ permit, sessionId: SESSION, number: ANN })
    outbox.failNext()
    await expect(enroll()).rejects.toMatchObject({ code: 'ERR_SMS_SENDER' })
    expect(outbox.messages).toEqual([])
    acceptedOf(await enroll())
    expect(outbox.messages).toHaveLength(1)
    outbox.failNext(Infinity)
    outbox.failNext(0)
    await outbox.sender(message(BEN, '222222 is your code'))
    expect(() => {
      outbox.failNext(NaN)
    }).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }))
  })

  it('takes no message without a code', async () => {
    await expect(smsOutbox().sender(message(ANN, 'Hello'))).rejects.toMatchObject({
      code: 'ERR_OPTION',
    })
    await expect(smsOutbox().sender(message(ANN, '1234567 is no code'))).rejects.toMatchObject({
      code: 'ERR_OPTION',
    })
  })
})
