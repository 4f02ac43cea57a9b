import type { Command, Source } from './command.ts'
import { PLACES } from './command.ts'
import { stepAt, type Typed } from './codes.ts'
import type { Handles, World } from './world.ts'

/** Settles what a loose command means in a world: places from the front, codes as what they are. */
export function resolve(
  world: World,
  loose: Command<Source>,
  isPlain: (typed: Typed) => boolean,
): Command {
  const command = { ...loose } as Record<string, unknown>
  const { handles, now } = world
  for (const [field, kind] of Object.entries(PLACES)) {
    const pick = command[field]
    if (typeof pick !== 'number') continue
    const place = handles[kind].length - 1 - pick
    command[field] = pick < 0 || place < 0 ? -1 : place
  }
  if (loose.do === 'totp.import') {
    command['floor'] = loose.floor === null ? null : stepAt(now) + loose.floor
    command['digits'] = handles.keys[command['key'] as number]?.digits ?? loose.digits
  }
  if (loose.do === 'clock' && loose.seconds === 'unlocked') {
    const record = world.users[loose.user]
    const until = Math.max(
      now,
      ...(record ? [record.codes.lockedUntil, record.recovery.lockedUntil] : []),
    )
    command['seconds'] = Math.ceil((until - now) / 1000)
  }
  if ('code' in loose) {
    const typed = settle(world, loose.code, ownerOf(handles, command))
    command['code'] = isPlain(typed) ? typed : { is: 'wrong', digits: 6 }
  }
  return command as unknown as Command
}

interface Owner {
  user: string | undefined
  key: number | null
}

function ownerOf(handles: Handles, { challenge, enrollment }: Record<string, unknown>): Owner {
  if (typeof challenge === 'number') return { user: handles.challenges[challenge]?.user, key: null }
  const pending = handles.enrollments[enrollment as number]
  return { user: pending?.user, key: pending?.factor.kind === 'totp' ? pending.factor.key : null }
}

function settle(
  { handles, users, now }: World,
  { from, pick, offset, n, digits }: Source,
  { user, key }: Owner,
): Typed {
  const last = (list: unknown[]): number => list.length - 1 - (pick % Math.max(1, list.length))
  const record = user === undefined ? null : users[user]
  const app = (place: number): Typed => ({
    is: 'totp',
    key: place,
    step: Math.max(0, stepAt(now) + offset),
    digits: handles.keys[place]!.digits,
  })
  switch (from) {
    case 'mine': {
      const keys =
        key === null
          ? (record?.factors ?? []).flatMap((one) => (one.kind === 'totp' ? [one.key] : []))
          : [key]
      if (keys.length > 0)
        return app(handles.keys.findIndex(({ id }) => id === keys[pick % keys.length]))
      return handles.messages.length > 0
        ? { is: 'sms', message: handles.messages.length - 1 }
        : { is: 'wrong', digits }
    }
    case 'totp':
      return handles.keys.length > 0 ? app(last(handles.keys)) : { is: 'wrong', digits }
    case 'sms':
      return handles.messages.length > 0
        ? { is: 'sms', message: last(handles.messages) }
        : { is: 'wrong', digits }
    case 'backup': {
      const own = handles.sets.findIndex((set) => set === record?.backup?.set)
      const set = pick === 0 && own >= 0 ? own : last(handles.sets)
      return handles.sets.length > 0 ? { is: 'backup', set, n } : { is: 'wrong_backup' }
    }
    case 'support':
      return handles.supports.length > 0
        ? { is: 'support', code: last(handles.supports) }
        : { is: 'wrong_support' }
    case 'wrong':
      return { is: 'wrong', digits }
    case 'wrong_backup':
    case 'wrong_support':
    case 'garbage':
      return { is: from }
  }
}
