import type { EventDetail, RequestContext } from '../record/events.ts'
import { type Change, rejected } from '../record/outcome.ts'
import type { Settings } from '../record/settings.ts'
import type { Device } from '../record/subject.ts'
import { transact } from '../record/transact.ts'

/** `twoFactor.devices`: what was remembered. Listed by `status`. */
export interface Devices {
  /**
   * Ends one remembered device. @throws `ERR_USER_ID`, `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`,
   * and the record's codes.
   */
  revoke(input: {
    userId: string
    deviceId: string
    context?: RequestContext | undefined
  }): Promise<Change<object, 'not_found'>>
  /** Ends all of them; `revoked` tells how many there were. Throws as `revoke`. */
  revokeAll(input: {
    userId: string
    context?: RequestContext | undefined
  }): Promise<{ outcome: 'accepted'; revoked: number }>
}

export function createDevices(settings: Settings): Devices {
  return {
    revoke: async ({ userId, deviceId, context }) => {
      const revoked = await revokeWhere(settings, userId, context, ({ id }) => id === deviceId)
      return revoked === 0 ? rejected('not_found') : { outcome: 'accepted' }
    },
    revokeAll: async ({ userId, context }) => ({
      outcome: 'accepted',
      revoked: await revokeWhere(settings, userId, context, () => true),
    }),
  }
}

function revokeWhere(
  settings: Settings,
  userId: string,
  context: RequestContext | undefined,
  isMeant: (device: Device) => boolean,
): Promise<number> {
  return transact<number>(settings, {
    userId,
    context,
    decide: (subject, now) => {
      const revoked =
        subject?.devices.filter((device) => device.expiresAt > now && isMeant(device)) ?? []
      if (!subject || revoked.length === 0) return { result: 0 }
      const events: EventDetail[] = revoked.map(({ id, label }) => ({
        type: 'device.revoked',
        deviceId: id,
        label,
      }))
      return {
        result: revoked.length,
        next: {
          ...subject,
          devices: subject.devices.filter((device) => !revoked.includes(device)),
        },
        events,
      }
    },
  })
}
