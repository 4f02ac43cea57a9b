import { encodeBase64url } from '../crypto/base64url.ts'
import { randomBytes } from '../crypto/random.ts'
import { Secret } from '../crypto/secret.ts'
import { cut, type EventDetail } from '../record/events.ts'
import { isRecordMac, recordMac } from '../record/record-mac.ts'
import type { Settings } from '../record/settings.ts'
import type { Device, Subject } from '../record/subject.ts'
import { deviceToken, newId, unprefixed } from './token.ts'
import { type Held, swapRecord } from '../record/transact.ts'

const DAY = 86_400_000

/** A remembered device's token, for a cookie, and when it ends. */
export interface DeviceIssued {
  token: Secret<string>
  expiresAt: Date
}

/**
 * Remembers a device: 256 random bits, kept as a MAC bound to realm, user and epoch; the oldest
 * device makes room (V18).
 */
export function rememberDevice(
  settings: Settings,
  subject: Subject,
  userId: string,
  label: string,
  now: number,
): { subject: Subject; device: DeviceIssued; events: EventDetail[] } {
  const [id, secret] = [newId(), encodeBase64url(randomBytes(32))]
  const expiresAt = now + settings.devices.days * DAY
  const device: Device = {
    id,
    mac: recordMac(subject, ...bindings(settings, subject, userId, id), secret),
    label: cut(label, 64),
    createdAt: now,
    lastSeenAt: now,
    expiresAt,
  }
  const others = subject.devices.filter((other) => other.expiresAt > now)
  const ended = others.slice(0, Math.max(0, others.length + 1 - settings.devices.max))
  const events: EventDetail[] = ended.map((other) => ({
    type: 'device.revoked',
    deviceId: other.id,
    label: other.label,
  }))
  events.push({
    type: 'device.remembered',
    deviceId: id,
    label: device.label,
    expiresAt: new Date(expiresAt),
  })
  return {
    subject: { ...subject, devices: [...others.slice(ended.length), device] },
    device: { token: new Secret(deviceToken(id, secret)), expiresAt: new Date(expiresAt) },
    events,
  }
}

/**
 * The user's remembered device that a token names, or null: a token of another user, realm or
 * epoch, or a revoked one, is simply ignored.
 */
export function recognizeDevice(
  settings: Settings,
  subject: Subject,
  userId: string,
  token: string | undefined,
  now: number,
): Device | null {
  const [id, secret, ...rest] =
    (token === undefined ? null : unprefixed('device', token))?.split('.') ?? []
  if (id === undefined || secret === undefined || rest.length > 0) return null
  const device = subject.devices.find((one) => one.id === id && one.expiresAt > now)
  return device &&
    isRecordMac(device.mac, subject, ...bindings(settings, subject, userId, id), secret)
    ? device
    : null
}

function bindings({ realm }: Settings, { epoch }: Subject, userId: string, id: string): string[] {
  return ['device', realm, userId, epoch.id, id]
}

/**
 * Notes that a device was seen, at most once a day and as well as it goes: a login never waits or
 * fails for it.
 */
export async function touchDevice(
  settings: Settings,
  held: Held,
  deviceId: string,
  now: number,
): Promise<void> {
  const { subject } = held
  const device = subject?.devices.find(({ id }) => id === deviceId)
  if (!subject || !device || now - device.lastSeenAt < DAY) return
  const devices = subject.devices.map((one) => (one === device ? { ...one, lastSeenAt: now } : one))
  await swapRecord(settings, held, {
    ...subject,
    devices,
    touchedAt: Math.max(now, subject.touchedAt),
  }).catch(() => false)
}
