import { inspect } from 'node:util'
import { LoginGrant, StepUpGrant } from 'keystep'
import { describe, expect, it } from 'vitest'
import { mintLoginGrant, mintStepUpGrant } from '../../src/flow/grant.ts'

const AT = '2026-11-22T12:00:00.000Z'
const loginFacts = () => ({
  userId: 'ada',
  amr: ['pwd', 'otp', 'mfa'],
  assurance: 'mfa' as const,
  verifiedAt: new Date(AT),
  securityStamp: 'stamp of ada',
})
const stepUpFacts = () => ({
  userId: 'ada',
  sessionId: 's1',
  purpose: 'change_email',
  assurance: 'mfa' as const,
  verifiedAt: new Date(AT),
  securityStamp: 'stamp of ada',
})

interface GrantClass {
  new (...args: unknown[]): object
  isGrant(value: unknown): boolean
  prototype: object
}
/** Each class with a grant of it, its facts, and the other class: types do not reach a forger. */
const kinds = [
  {
    name: 'LoginGrant',
    Grant: LoginGrant as unknown as GrantClass,
    mint: () => mintLoginGrant(loginFacts()),
    facts: loginFacts,
    other: mintStepUpGrant(stepUpFacts()),
  },
  {
    name: 'StepUpGrant',
    Grant: StepUpGrant as unknown as GrantClass,
    mint: () => mintStepUpGrant(stepUpFacts()),
    facts: stepUpFacts,
    other: mintLoginGrant(loginFacts()),
  },
]
const refused = expect.objectContaining({ name: 'KeystepError', code: 'ERR_GRANT' }) as Error

describe.each(kinds)('$name', ({ Grant, mint, facts, other }) => {
  it('tells its facts, and is known as a grant', () => {
    const grant = mint()
    expect(Grant.isGrant(grant)).toBe(true)
    for (const [name, fact] of Object.entries(facts()))
      expect(Reflect.get(grant, name)).toEqual(fact)
  })

  it('V11: cannot be constructed, by whatever route', () => {
    const symbols = [
      Symbol('minted'),
      Symbol.for('minted'),
      ...Object.getOwnPropertySymbols(mint()),
    ]
    const firsts = [undefined, null, facts(), mint(), other, ...symbols]
    class Evil extends Grant {}
    for (const first of firsts) {
      for (const args of [[], [first], [first, facts()], [facts(), first]]) {
        expect(() => new Grant(...args)).toThrow(refused)
        expect(() => new Evil(...args)).toThrow(refused)
        expect(() => Reflect.construct(Grant, args, Object) as unknown).toThrow(refused)
        expect(() => Reflect.construct(Object, args, Grant) as unknown).not.toThrow()
        expect(Grant.isGrant(Reflect.construct(Object, args, Grant))).toBe(false)
      }
    }
    expect(() => Reflect.construct(mint().constructor as GrantClass, [facts()]) as unknown).toThrow(
      refused,
    )
  })

  it('V11: a changed parent class neither lets one be made nor learns how', () => {
    const parent = Object.getPrototypeOf(Grant) as object
    const seen: unknown[] = []
    try {
      Object.setPrototypeOf(
        Grant,
        class {
          constructor(...args: unknown[]) {
            seen.push(...args)
          }
        },
      )
      expect(() => new Grant(facts(), facts())).toThrow(refused)
      mint()
    } finally {
      Object.setPrototypeOf(Grant, parent)
    }
    expect(seen).toEqual([])
    expect(Grant.isGrant(mint())).toBe(true)
  })

  it('V11: cannot be spread, nor assigned from: the attempt is refused at once', () => {
    const grant = mint()
    const plain: object = grant
    expect(() => ({ ...plain })).toThrow(refused)
    expect(() => ({ ...plain, userId: 'eve' })).toThrow(refused)
    expect(() => Object.assign({}, grant)).toThrow(refused)
    expect(() => Object.assign(Object.create(Grant.prototype) as object, grant)).toThrow(refused)
  })

  it('V11: cannot be assigned over, extended, redefined or emptied', () => {
    const grant = mint()
    expect(Object.isFrozen(grant)).toBe(true)
    for (const name of [...Object.keys(facts()), 'extra']) {
      expect(() => Object.assign(grant, { [name]: 'eve' })).toThrow(TypeError)
      expect(() => Object.defineProperty(grant, name, { value: 'eve' })).toThrow(TypeError)
      expect(Reflect.set(grant, name, 'eve')).toBe(false)
    }
    expect(() => Object.setPrototypeOf(grant, { userId: 'eve' }) as unknown).toThrow(TypeError)
    for (const key of Reflect.ownKeys(grant)) expect(Reflect.deleteProperty(grant, key)).toBe(false)
    for (const [name, fact] of Object.entries(facts()))
      expect(Reflect.get(grant, name)).toEqual(fact)
  })

  it('V11: isGrant is false for every forgery, and their getters tell nothing', () => {
    const grant = mint()
    const forgeries: unknown[] = [
      Object.create(Grant.prototype),
      Object.create(grant),
      Object.create(grant, { userId: { value: 'eve' } }),
      Object.setPrototypeOf(facts(), Grant.prototype),
      structuredClone(grant),
      new Proxy(grant, {}),
      new Proxy(grant, {
        get: (target, name) =>
          name === 'userId' ? 'eve' : (Reflect.get(target, name, target) as unknown),
      }),
      JSON.parse(JSON.stringify(grant)),
      { ...facts(), [Symbol.toStringTag]: 'LoginGrant' },
      Object.defineProperties({}, Object.getOwnPropertyDescriptors(grant)),
      Grant,
      Grant.prototype,
      other,
    ]
    for (const [i, forgery] of forgeries.entries())
      expect(Grant.isGrant(forgery), `forgery ${i}`).toBe(false)
    for (const forgery of [
      Object.create(Grant.prototype),
      Object.create(grant),
      new Proxy(grant, {}),
    ] as object[]) {
      for (const name of Object.keys(facts()))
        expect(() => Reflect.get(forgery, name) as unknown).toThrow(TypeError)
    }
    for (const junk of [
      undefined,
      null,
      true,
      1,
      'grant',
      Symbol('grant'),
      () => grant,
      [],
      {},
      [grant],
    ])
      expect(Grant.isGrant(junk)).toBe(false)
  })

  it('V11: what it hands out can be changed without changing the grant', () => {
    const grant = mint()
    grant.verifiedAt.setFullYear(2999)
    expect(grant.verifiedAt.toISOString()).toBe(AT)
    expect(grant.verifiedAt).not.toBe(grant.verifiedAt)
  })

  it('V11: does not follow the facts that it was made of', () => {
    const verifiedAt = new Date(AT)
    const mutable = { ...loginFacts(), ...stepUpFacts(), amr: ['pwd'], verifiedAt }
    const grants = [mintLoginGrant(mutable), mintStepUpGrant(mutable)]
    verifiedAt.setFullYear(2999)
    mutable.amr.push('hwk')
    mutable.userId = 'eve'
    for (const grant of grants) expect(grant).toMatchObject({ userId: 'ada' })
    for (const grant of grants) expect(grant.verifiedAt.toISOString()).toBe(AT)
    expect((grants[0] as LoginGrant).amr).toEqual(['pwd'])
  })

  it('can be looked at by a debugger without an exception', () => {
    expect(inspect(mint(), { showHidden: true })).toContain('Grant')
  })
})

describe('LoginGrant', () => {
  it('RFC 8176: amr is frozen', () => {
    const { amr } = mintLoginGrant(loginFacts())
    expect(() => (amr as string[]).push('hwk')).toThrow(TypeError)
    expect(() => ((amr as string[])[0] = 'hwk')).toThrow(TypeError)
    expect(amr).toEqual(['pwd', 'otp', 'mfa'])
  })

  it('becomes plain data for a session row, which is no grant any more', () => {
    const row = JSON.parse(JSON.stringify(mintLoginGrant(loginFacts()))) as unknown
    expect(row).toEqual({ ...loginFacts(), verifiedAt: AT })
    expect(LoginGrant.isGrant(row)).toBe(false)
  })
})

describe('StepUpGrant', () => {
  it('becomes plain data for a session row, which is no grant any more', () => {
    const row = JSON.parse(JSON.stringify(mintStepUpGrant(stepUpFacts()))) as unknown
    expect(row).toEqual({ ...stepUpFacts(), verifiedAt: AT })
    expect(StepUpGrant.isGrant(row)).toBe(false)
  })
})
