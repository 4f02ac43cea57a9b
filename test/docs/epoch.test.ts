import type { TwoFactor } from 'keystep'
import { describe, expect, it } from 'vitest'
import {
  acceptedOf,
  challenge,
  enroll,
  login,
  nextCode,
  permit,
  phoneOf,
  SESSION,
} from '../flow/house.ts'
import { enrollNumber, firstPermit, smsHouse } from '../flow/sms-house.ts'
import { peek } from '../record/record.ts'
import { readPage } from './fences.ts'
import { rowsOf } from './tables.ts'

type Room = {
  [R in keyof TwoFactor]: TwoFactor[R] extends (...args: never[]) => unknown ? never : R
}[keyof TwoFactor]
type NameOf<R extends string, C extends string, F> = F extends (...args: never[]) => unknown
  ? `${R}.${C}`
  : never
type Call =
  | 'status'
  | {
      [R in Room]: {
        [C in keyof TwoFactor[R] & string]: NameOf<R, C, TwoFactor[R][C]>
      }[keyof TwoFactor[R] & string]
    }[Room]

const NUMBER = '+4915112345678'
const OTHER = '+436641234567'
const staff = { userId: 'ada', actor: 'support/7', reason: 'lost' }
const ada = { userId: 'ada' }
const own = { sessionId: SESSION }

/** A user who has an app; the codes of `next` pay for things. */
async function enrolled() {
  const h = smsHouse()
  const user = await enroll(h.twoFactor, 'ada', h.clock)
  const leave = (purpose?: string) =>
    permit(h.twoFactor, 'ada', nextCode(h.clock, user.phone), SESSION, purpose)
  return { ...h, ...user, leave }
}

async function withNumber() {
  const h = await enrolled()
  await enrollNumber(h, await h.leave(), NUMBER)
  h.clock.advance({ hours: 1 })
  return h
}

type House = Pick<
  ReturnType<typeof smsHouse>,
  'twoFactor' | 'clock' | 'outbox' | 'store' | 'keyring'
>
/** A call that is prepared, and what is looked at before and after it. */
type Prepared = { h: House; call: () => Promise<unknown> }

const on =
  <H extends House>(make: () => Promise<H>, prepare: (h: H) => Promise<() => Promise<unknown>>) =>
  async (): Promise<Prepared> => {
    const h = await make()
    return { h, call: await prepare(h) }
  }

async function begunApp(h: House, leave: string, sessionId?: string) {
  const at = { sessionId }
  const begun = acceptedOf(await h.twoFactor.totp.enroll({ permit: leave, ...at, account: 'ada' }))
  const { enrollment } = begun
  const phone = phoneOf(begun.keyUri)
  return () => h.twoFactor.totp.confirm({ enrollment, ...at, code: phone.code(h.clock()) })
}

async function begunNumber(h: House, leave: string, number: string, more: object = {}) {
  const at = { ...own, ...more }
  const { enrollment } = acceptedOf(await h.twoFactor.sms.enroll({ permit: leave, ...at, number }))
  const { code } = h.outbox.at(-1)!
  return () => h.twoFactor.sms.confirm({ enrollment, ...at, code })
}

async function supportPermit(h: House): Promise<string> {
  const { supportCode } = acceptedOf(await h.twoFactor.recovery.issueSupportCode(staff))
  const verdict = await login(h.twoFactor, 'ada', supportCode.reveal())
  if (verdict.outcome !== 'enroll') throw new Error(verdict.outcome)
  return verdict.permit
}

const nobody = () => Promise.resolve(smsHouse())
const key = new Uint8Array(20).fill(7)
const confirmedAt = new Date('2026-01-01')

/** Every call, and where it can go more than one way, each way by the words of the page. */
const CASES: Readonly<Record<Call, Readonly<Record<string, () => Promise<Prepared>>>>> = {
  'status': { '': on(enrolled, async (h) => () => h.twoFactor.status(ada)) },
  'login.begin': { '': on(enrolled, async (h) => () => h.twoFactor.login.begin(ada)) },
  'login.verify': {
    'an app’s, SMS or backup code': on(enrolled, async (h) => {
      const code = nextCode(h.clock, h.phone)
      const rememberDevice = { label: 'laptop' }
      const asked = await challenge(h.twoFactor, 'ada')
      return () => h.twoFactor.login.verify({ challenge: asked, code, rememberDevice })
    }),
    'a support code': on(enrolled, async (h) => async () => {
      await supportPermit(h)
      return { outcome: 'accepted' }
    }),
  },
  'stepUp.begin': {
    '': on(enrolled, async (h) => () => h.twoFactor.stepUp.begin({ ...ada, ...own, purpose: 'x' })),
  },
  'stepUp.verify': {
    '': on(enrolled, async (h) => async () => ({ permit: await h.leave() })),
  },
  'stepUp.check': {
    '': on(enrolled, async (h) => {
      const leave = await h.leave('x')
      return () => h.twoFactor.stepUp.check({ permit: leave, ...ada, ...own, purpose: 'x' })
    }),
  },
  'sessions.check': {
    '': on(
      enrolled,
      async (h) => () =>
        h.twoFactor.sessions.check({ ...ada, securityStamp: h.grant.securityStamp }),
    ),
  },
  'totp.enroll': {
    '': on(enrolled, async (h) => {
      const leave = await h.leave()
      return () => h.twoFactor.totp.enroll({ permit: leave, ...own, account: 'ada' })
    }),
  },
  'totp.pending': {
    '': on(enrolled, async (h) => {
      const leave = await h.leave()
      const { enrollment } = acceptedOf(
        await h.twoFactor.totp.enroll({ permit: leave, ...own, account: 'ada' }),
      )
      return () => h.twoFactor.totp.pending({ enrollment, ...own })
    }),
  },
  'totp.confirm': {
    'the first factor': on(nobody, async (h) => begunApp(h, await firstPermit(h, 'ada'), SESSION)),
    'one more factor': on(enrolled, async (h) => begunApp(h, await h.leave(), SESSION)),
    'after a support code': on(enrolled, async (h) => begunApp(h, await supportPermit(h))),
  },
  'totp.import': {
    'the first factor': on(nobody, async (h) => () => h.twoFactor.totp.import({ ...ada, key })),
    'one more factor': on(enrolled, async (h) => () => h.twoFactor.totp.import({ ...ada, key })),
  },
  'sms.enroll': {
    '': on(nobody, async (h) => {
      const leave = await firstPermit(h, 'ada')
      return () => h.twoFactor.sms.enroll({ permit: leave, ...own, number: NUMBER })
    }),
  },
  'sms.send': {
    '': on(withNumber, async (h) => {
      const asked = await challenge(h.twoFactor, 'ada')
      return () => h.twoFactor.sms.send({ challenge: asked })
    }),
  },
  'sms.confirm': {
    'the first factor': on(nobody, async (h) =>
      begunNumber(h, await firstPermit(h, 'ada'), NUMBER),
    ),
    'one more factor': on(withNumber, async (h) =>
      begunNumber(h, await h.leave(), OTHER, { backup: true }),
    ),
    'in place of another number': on(withNumber, async (h) =>
      begunNumber(h, await h.leave(), OTHER),
    ),
    'after a support code': on(enrolled, async (h) =>
      begunNumber(h, await supportPermit(h), OTHER, { sessionId: undefined }),
    ),
  },
  'sms.import': {
    'the first factor': on(
      nobody,
      async (h) => () => h.twoFactor.sms.import({ ...ada, number: NUMBER, confirmedAt }),
    ),
    'one more factor': on(
      enrolled,
      async (h) => () => h.twoFactor.sms.import({ ...ada, number: NUMBER, confirmedAt }),
    ),
  },
  'factors.rename': {
    '': on(
      enrolled,
      async (h) => () =>
        h.twoFactor.factors.rename({ ...ada, factorId: h.factorId, label: 'Tablet' }),
    ),
  },
  'factors.remove': {
    '': on(withNumber, async (h) => {
      const leave = await h.leave()
      return () => h.twoFactor.factors.remove({ permit: leave, ...own, factorId: h.factorId })
    }),
  },
  'factors.removeAll': {
    '': on(enrolled, async (h) => {
      const leave = await h.leave()
      return () => h.twoFactor.factors.removeAll({ permit: leave, ...own })
    }),
  },
  'backupCodes.regenerate': {
    '': on(enrolled, async (h) => {
      const leave = await h.leave()
      return () => h.twoFactor.backupCodes.regenerate({ permit: leave, ...own })
    }),
  },
  'devices.revoke': {
    '': on(enrolled, async (h) => {
      const rememberDevice = { label: 'laptop' }
      const code = nextCode(h.clock, h.phone)
      acceptedOf(await login(h.twoFactor, 'ada', code, { rememberDevice }))
      const { deviceId } = (await h.twoFactor.status(ada)).devices[0]!
      return () => h.twoFactor.devices.revoke({ ...ada, deviceId })
    }),
  },
  'devices.revokeAll': { '': on(enrolled, async (h) => () => h.twoFactor.devices.revokeAll(ada)) },
  'recovery.issueSupportCode': {
    '': on(enrolled, async (h) => () => h.twoFactor.recovery.issueSupportCode(staff)),
  },
  'recovery.reset': { '': on(enrolled, async (h) => () => h.twoFactor.recovery.reset(staff)) },
  'recovery.passwordChanged': {
    '': on(enrolled, async (h) => () => h.twoFactor.recovery.passwordChanged(ada)),
  },
  'recovery.unlock': { '': on(enrolled, async (h) => () => h.twoFactor.recovery.unlock(staff)) },
  'maintenance.erase': {
    '': on(enrolled, async (h) => () => h.twoFactor.maintenance.erase(staff)),
  },
  'maintenance.afterRestore': {
    '': on(enrolled, async (h) => async () => {
      const restoredAt = h.clock.advance({ hours: 1 })
      await h.twoFactor.maintenance.afterRestore({ restoredAt, ...staff })
      // It renews everybody's, and no session goes on with one.
      return { securityStamp: await stampIn(h) }
    }),
  },
  'maintenance.move': {
    '': on(enrolled, async (h) => async () => {
      const bea = { userId: 'bea' }
      acceptedOf(await h.twoFactor.maintenance.move({ from: ada, to: bea, ...staff }))
      return h.twoFactor.maintenance.move({ from: bea, to: ada, ...staff })
    }),
  },
  'maintenance.export': {
    '': on(enrolled, async (h) => () => h.twoFactor.maintenance.export(staff)),
  },
  'maintenance.users': {
    '': on(enrolled, async (h) => () => h.twoFactor.maintenance.users()),
  },
  'maintenance.checkKeyring': {
    '': on(enrolled, async (h) => () => h.twoFactor.maintenance.checkKeyring()),
  },
  'maintenance.reseal': {
    '': on(enrolled, async (h) => async () => ({ ...(await h.twoFactor.maintenance.reseal()) })),
  },
  'maintenance.summarize': {
    '': on(enrolled, async (h) => () => h.twoFactor.maintenance.summarize()),
  },
}

const stampIn = async (h: House): Promise<string> => {
  const { epoch } =
    (await h.store.keys()).length === 0 ? { epoch: { id: '' } } : await peek(h, 'ada')
  return epoch.id || '0'
}

/** The page's table: call and way, and whether it says that the stamp is renewed. */
const told = new Map(
  rowsOf(readPage('docs/flow.md'), 'new stamp').flatMap(([renews, calls, when]) =>
    [...calls!.matchAll(/`([\w.]+)`/g)].map(([, call]): [string, boolean] => [
      `${call} ${when}`.trim(),
      renews === 'yes',
    ]),
  ),
)

const cases = Object.entries(CASES).flatMap(([call, ways]) =>
  Object.entries(ways).map(([when, prepare]) => ({ name: `${call} ${when}`.trim(), prepare })),
)

describe('the table of docs/flow.md that says what renews the security stamp', () => {
  it('has a row for every call, and for every way that it can go', () => {
    expect([...told.keys()].sort()).toEqual(cases.map(({ name }) => name).sort())
  })

  it.each(cases)('$name: renews the stamp or not, as the page says', async ({ name, prepare }) => {
    const { h, call } = await prepare()
    const before = await stampIn(h)
    const result = (await call()) as { outcome?: string; reason?: string } & Record<string, unknown>
    expect(result.reason).toBeUndefined()
    const after = await stampIn(h)
    expect(after !== before).toBe(told.get(name))
    const grant = result['grant'] as { securityStamp: string } | undefined
    // Whatever renews the stamp says the new one, and nothing ever says another.
    const said = grant?.securityStamp ?? result['securityStamp']
    if (told.get(name) || said !== undefined) expect(said).toBe(after)
  })
})
