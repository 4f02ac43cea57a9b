import { createKeyring, createTwoFactor, KeystepError } from 'keystep'
import { generateBackupCodes, hashBackupCodes, spendBackupCode } from 'keystep/backup-codes'
import * as otp from 'keystep/otp'
import { qrDataUri, qrSvg, qrTerminal } from 'keystep/qr'
import { memoryStore } from 'keystep/stores/memory'
import { fakeClock } from 'keystep/testing'
import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { challenge, enroll, house, permit, SESSION } from './flow/house.ts'
import {
  type Door,
  failureOf,
  hostileValues,
  MARK,
  placesIn,
  textOfError,
  withValueAt,
} from './messages/hostile.ts'

const at = new Date('2026-11-22T12:00:00Z')
const key = otp.OtpKey.generate()
const bytes = new Uint8Array(randomBytes(32))
const base64 = Buffer.from(bytes).toString('base64')
const params = { algorithm: 'SHA1', digits: 6 }
const quiet = { onError: () => undefined }

const plainDoors: readonly Door[] = [
  { name: 'createKeyring of a text', args: [`k1:${base64}`], call: createKeyring },
  {
    name: 'createKeyring',
    args: [
      {
        current: { id: 'k2', key: base64 },
        previous: [{ id: 'k1', key: bytes, recordsOnly: false }],
      },
    ],
    call: createKeyring,
  },
  {
    name: 'createTwoFactor',
    args: [
      {
        issuer: 'Portal',
        store: memoryStore(),
        keyring: createKeyring(`k1:${base64}`),
        realm: 'default',
        backupCodes: { count: 10 },
        devices: { days: 30, max: 10 },
        totp: { ...params, periodSeconds: 30, window: { past: 1, future: 1 } },
        sms: { sender: () => Promise.resolve(), countries: ['+49'], originDomain: 'example.com' },
        requirement: () => 'optional',
        limits: { freeAttempts: 5, hardStop: 50, monthlyStop: 100 },
        now: () => at,
        onEvent: () => undefined,
        ...quiet,
      },
    ],
    call: createTwoFactor,
  },
  { name: 'OtpKey.generate', args: [20], call: otp.OtpKey.generate },
  {
    name: 'OtpKey.fromBase32',
    args: [key.revealBase32(), { allowShortKey: true }],
    call: otp.OtpKey.fromBase32,
  },
  { name: 'OtpKey.fromBytes', args: [bytes, { allowShortKey: true }], call: otp.OtpKey.fromBytes },
  { name: 'generateHotp', args: [key, { counter: 1, ...params }], call: otp.generateHotp },
  {
    name: 'verifyHotp',
    args: [key, '000000', { counter: 1, lookAhead: 2, ...params }],
    call: otp.verifyHotp,
  },
  {
    name: 'generateTotp',
    args: [key, { at, periodSeconds: 30, ...params }],
    call: otp.generateTotp,
  },
  {
    name: 'verifyTotp',
    args: [
      key,
      '000000',
      {
        at,
        lastUsedStep: 1,
        window: { past: 1, future: 1 },
        drift: 0,
        periodSeconds: 30,
        ...params,
      },
    ],
    call: otp.verifyTotp,
  },
  { name: 'totpStep', args: [{ at, periodSeconds: 30 }], call: otp.totpStep },
  {
    name: 'buildKeyUri',
    args: [
      {
        key,
        issuer: 'Portal',
        account: 'ada',
        type: 'totp',
        image: 'https://example.com/a.png',
        periodSeconds: 30,
        ...params,
      },
    ],
    call: otp.buildKeyUri,
  },
  {
    name: 'parseKeyUri',
    args: [otp.buildKeyUri({ key, issuer: 'Portal', account: 'ada' }), { allowShortKey: true }],
    call: otp.parseKeyUri,
  },
  { name: 'encodeBase32', args: [bytes], call: otp.encodeBase32 },
  { name: 'decodeBase32', args: ['MZXW6YTB'], call: otp.decodeBase32 },
  { name: 'qrSvg', args: ['text', { title: 'QR code', scale: 4, quietZone: 4 }], call: qrSvg },
  {
    name: 'qrDataUri',
    args: ['text', { title: 'QR code', scale: 4, quietZone: 4 }],
    call: qrDataUri,
  },
  { name: 'qrTerminal', args: ['text', { quietZone: 2 }], call: qrTerminal },
  { name: 'generateBackupCodes', args: [{ count: 10 }], call: generateBackupCodes },
  {
    name: 'hashBackupCodes',
    args: [['0000-0000-0000-0000'], { pepper: bytes }],
    call: hashBackupCodes,
  },
  { name: 'fakeClock', args: ['2026-11-22'], call: fakeClock },
]

/** Calls of a portal, each with the tokens that it takes. */
async function flowDoors(): Promise<Door[]> {
  const { twoFactor, clock } = house({
    sms: { sender: () => Promise.resolve(), countries: ['+49'] },
    ...quiet,
  })
  const { factorId, phone } = await enroll(twoFactor, 'ada', clock)
  clock.advance({ seconds: 30 })
  const manage = await permit(twoFactor, 'ada', phone.code(clock()))
  const step = await twoFactor.stepUp.begin({
    userId: 'ada',
    sessionId: SESSION,
    purpose: 'change_email',
  })
  const stepUp = step.next === 'challenge' ? step.challenge : expect.unreachable()
  const begun = await twoFactor.totp.enroll({ permit: manage, sessionId: SESSION, account: 'ada' })
  const enrollment = begun.outcome === 'accepted' ? begun.enrollment : expect.unreachable()
  const login = await challenge(twoFactor, 'ada')
  const context = { ip: '203.0.113.7', userAgent: 'Browser/1.0' }
  const number = '+4915112345678'
  const set = await hashBackupCodes(generateBackupCodes({ count: 1 }))
  const userId = 'ada'
  const sessionId = SESSION
  const lastVerified = { assurance: 'mfa', verifiedAt: clock() }
  return [
    {
      name: 'spendBackupCode',
      args: [set, '0000-0000-0000-0000', { pepper: bytes }],
      call: spendBackupCode,
    },
    { name: 'status', args: [{ userId }], call: twoFactor.status },
    {
      name: 'login.begin',
      args: [{ userId, deviceToken: 'ksd_a.b', amr: ['pwd'], expectEnrolled: true }],
      call: twoFactor.login.begin,
    },
    {
      name: 'login.verify',
      args: [
        {
          challenge: login,
          code: 'abcdef',
          factor: 'totp',
          rememberDevice: { label: 'Phone' },
          context,
        },
      ],
      call: twoFactor.login.verify,
    },
    {
      name: 'stepUp.begin',
      args: [{ userId, sessionId, purpose: 'change_email', firstFactorAt: clock(), lastVerified }],
      call: twoFactor.stepUp.begin,
    },
    {
      name: 'stepUp.verify',
      args: [{ challenge: stepUp, code: 'abcdef', sessionId, factor: 'totp', context }],
      call: twoFactor.stepUp.verify,
    },
    {
      name: 'stepUp.check',
      args: [{ permit: manage, userId, sessionId, purpose: 'manage_factors' }],
      call: twoFactor.stepUp.check,
    },
    {
      name: 'totp.enroll',
      args: [{ permit: manage, sessionId, account: 'ada', label: 'Phone', context }],
      call: twoFactor.totp.enroll,
    },
    { name: 'totp.pending', args: [{ enrollment, sessionId }], call: twoFactor.totp.pending },
    {
      name: 'totp.confirm',
      args: [{ enrollment, sessionId, code: 'abcdef', context }],
      call: twoFactor.totp.confirm,
    },
    {
      name: 'totp.import',
      args: [
        {
          userId: 'eve',
          key: key.revealBase32(),
          lastUsedStep: 1,
          label: 'Phone',
          periodSeconds: 30,
          allowShortKey: true,
          ...params,
        },
      ],
      call: twoFactor.totp.import,
    },
    {
      name: 'sms.enroll',
      args: [{ permit: manage, sessionId, number, backup: false, context }],
      call: twoFactor.sms.enroll,
    },
    {
      name: 'sms.confirm',
      args: [{ enrollment, sessionId, code: 'abcdef', context }],
      call: twoFactor.sms.confirm,
    },
    {
      name: 'sms.send',
      args: [{ challenge: login, to: 'primary', context }],
      call: twoFactor.sms.send,
    },
    {
      name: 'sms.import',
      args: [{ userId: 'eve', number, confirmedAt: clock(), backup: false }],
      call: twoFactor.sms.import,
    },
    { name: 'devices.revoke', args: [{ userId, deviceId: 'd1' }], call: twoFactor.devices.revoke },
    { name: 'devices.revokeAll', args: [{ userId }], call: twoFactor.devices.revokeAll },
    {
      name: 'factors.rename',
      args: [{ userId, factorId, label: 'Phone', context }],
      call: twoFactor.factors.rename,
    },
    {
      name: 'recovery.issueSupportCode',
      args: [{ userId: 'eve', actor: 'eva', reason: 'lost', context }],
      call: twoFactor.recovery.issueSupportCode,
    },
    {
      name: 'recovery.reset',
      args: [{ userId: 'eve', actor: 'eva', reason: 'lost', context }],
      call: twoFactor.recovery.reset,
    },
    {
      name: 'recovery.passwordChanged',
      args: [{ userId: 'eve', context }],
      call: twoFactor.recovery.passwordChanged,
    },
    {
      name: 'factors.remove',
      args: [{ permit: `${manage}x`, sessionId, factorId, context }],
      call: twoFactor.factors.remove,
    },
    {
      name: 'factors.removeAll',
      args: [{ permit: `${manage}x`, sessionId, context }],
      call: twoFactor.factors.removeAll,
    },
    {
      name: 'backupCodes.regenerate',
      args: [{ permit: `${manage}x`, sessionId, context }],
      call: twoFactor.backupCodes.regenerate,
    },
  ]
}

describe('law 5: no error repeats the input, whatever is put wherever, through every door', () => {
  let doors: readonly Door[]
  let portalCalls: ReadonlySet<string>
  beforeAll(async () => {
    const portal = await flowDoors()
    portalCalls = new Set(portal.map(({ name }) => name))
    doors = [...plainDoors, ...portal]
  })

  it('the doors open with good arguments, so that a refusal is about the bad one', async () => {
    for (const { name, args, call } of doors)
      expect(await failureOf(() => Reflect.apply(call, undefined, args)), name).toBeUndefined()
  })

  it('every error is a KeystepError with a code, and its message, stack and causes are free of the mark', async () => {
    const [foreign, repeating]: [Set<string>, Set<string>] = [new Set(), new Set()]
    let failures = 0
    for (const { name, args, call } of doors) {
      for (const place of placesIn(args)) {
        for (const value of hostileValues()) {
          const error = await failureOf(() =>
            Reflect.apply(call, undefined, withValueAt(args, place, value) as never[]),
          )
          if (error === undefined) continue
          failures++
          const say = `${name} at ${place.join('.')} given ${inspect(value).slice(0, 40)}: ${error instanceof Error ? `${error.name}: ${error.message}` : typeof error}`
          // A call without any input is a TypeError as in all of JavaScript, once TypeScript was
          // asked to look away.
          const isCallWithoutInput = portalCalls.has(name) && place.length === 1 && value == null
          if (!(error instanceof KeystepError) && !isCallWithoutInput) foreign.add(say)
          if (textOfError(error).toLowerCase().includes(MARK.toLowerCase())) repeating.add(say)
        }
      }
    }
    expect([...repeating]).toEqual([])
    expect([...foreign]).toEqual([])
    expect(failures).toBeGreaterThan(1000)
  })

  it('the search finds what it looks for', async () => {
    const leaky = (input: { id: string }) => {
      throw new Error('outer', { cause: new Error(`no such id: ${input.id}`) })
    }
    const [place] = placesIn([{ id: 'a' }]).slice(-1)
    const error = await failureOf(() =>
      Reflect.apply(leaky, undefined, withValueAt([{ id: 'a' }], place!, MARK) as [{ id: string }]),
    )
    expect(textOfError(error)).toContain(MARK)
  })
})
