import { newSubject, renewEpoch, type Subject } from '../record/subject.ts'
import { CLOCK_TOLERANCE } from '../record/clock.ts'

/**
 * A record without anything in it, under a new epoch and a new key of its own: whatever was begun,
 * proven or remembered before belongs to no one. Works on a record that a clock ahead of ours has
 * written.
 */
export function emptied(former: Subject | null, now: number): Subject {
  const touchedAt = Math.min(former?.touchedAt ?? 0, now + CLOCK_TOLERANCE)
  return renewEpoch({ ...newSubject(), touchedAt }, now)
}
