import { randomBytes } from 'node:crypto'
import { createKeyring, MANAGE_FACTORS } from 'keystep'
import { memoryStore } from 'keystep/stores/memory'
import { describe, expect, it } from 'vitest'
import {
  type Basis,
  ENROLL,
  mintPermit,
  type PermitClaims,
  permitExpiry,
  permits,
  readPermit,
} from '../../src/tokens/permit.ts'
import { resolveSettings } from '../../src/record/settings.ts'
import { newSubject, type Subject } from '../../src/record/subject.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const keyring = createKeyring({ current: { id: 'k1', key: randomBytes(32) } })
const settings = resolveSettings({
  issuer: 'Portal',
  store: memoryStore(),
  keyring,
  now: () => new Date(NOW),
})
const number = {
  kind: 'sms',
  id: 'f',
  createdAt: NOW,
  number: '+4915112345678',
  backup: false,
} as const
const bare = newSubject()
const enrolled: Subject = { ...bare, factors: [number] }

const termsOf = (basis: Basis, purpose: string = MANAGE_FACTORS) =>
  ({ userId: 'ada', sessionId: 's', purpose, basis, amr: ['pwd'], verifiedAt: NOW }) as const

async function claimsFor(subject: Subject, basis: Basis): Promise<PermitClaims> {
  const permit = await mintPermit(settings, subject, termsOf(basis), NOW)
  return (await readPermit(settings, permit, 's', [MANAGE_FACTORS]))!
}

describe('a permit', () => {
  it('V15: is read for the purposes that are asked for, in its own session, and nowhere else', async () => {
    const permit = await mintPermit(settings, enrolled, termsOf('mfa', 'dns.change'), NOW)
    expect(await readPermit(settings, permit, 's', ['dns.change', ENROLL])).not.toBeNull()
    expect(await readPermit(settings, permit, 's', [MANAGE_FACTORS, ENROLL])).toBeNull()
    expect(await readPermit(settings, permit, 'another', ['dns.change'])).toBeNull()
    expect(await readPermit(settings, permit, undefined, ['dns.change'])).toBeNull()
  })

  it('lives for 10 minutes, and not one millisecond more', async () => {
    const claims = await claimsFor(enrolled, 'mfa')
    const end = permitExpiry(NOW).getTime()
    expect(end - NOW).toBe(600_000)
    expect(permits(enrolled, claims, end - 1)).toBe(true)
    expect(permits(enrolled, claims, end)).toBe(false)
  })

  it('V14: on a password alone it changes nothing beside a live factor', async () => {
    expect(permits(bare, await claimsFor(bare, 'password'), NOW)).toBe(true)
    expect(permits(enrolled, await claimsFor(enrolled, 'password'), NOW)).toBe(false)
    expect(permits(enrolled, await claimsFor(enrolled, 'mfa'), NOW)).toBe(true)
  })
})
