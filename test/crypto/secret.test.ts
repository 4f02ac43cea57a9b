import { Secret } from 'keystep'
import { textOf } from '../../src/crypto/secret.ts'
import { describe, expect, it } from 'vitest'

// That it does not print is shown in test/printing.test.ts.
describe('Secret', () => {
  it('law 5: comes out by reveal, as the very value', () => {
    const value = ['a', 'b']
    expect(new Secret(value).reveal()).toBe(value)
    expect(new Secret('').reveal()).toBe('')
  })

  it('law 2: opens no door by being compared or coerced', () => {
    const code = new Secret('123456')
    expect(code as unknown).not.toBe('123456')
    expect(String(code)).toBe('[Secret]')
    expect(Number(code)).toBeNaN()
    expect(
      String(code) === String(new Secret('654321')),
      'so nobody can compare codes by their masks',
    ).toBe(true)
  })

  it('law 5: a look-alike or a copy has no reveal that works', () => {
    const secret = new Secret('value')
    const reveal = Reflect.get(Secret.prototype, 'reveal')
    for (const fake of [
      {},
      Object.assign({}, secret),
      Object.create(Secret.prototype),
      structuredClone(secret),
      new Proxy(secret, {}),
    ]) {
      expect(() => Reflect.apply(reveal, fake, []) as unknown).toThrow(TypeError)
    }
  })

  it('takes a text or a Secret of one where either may stand, and throws ERR_OPTION for the rest', () => {
    expect(textOf('a')).toBe('a')
    expect(textOf(new Secret('a'))).toBe('a')
    for (const junk of [
      null,
      undefined,
      7,
      {},
      new Secret(7),
      new Secret(new Secret('a')),
      { reveal: () => 'a' },
    ]) {
      expect(() => textOf(junk as never)).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION' }) as Error,
      )
    }
  })
})
