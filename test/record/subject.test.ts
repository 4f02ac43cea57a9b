import { describe, expect, it } from 'vitest'
import { recordMac } from '../../src/record/record-mac.ts'
import { isEnrolled, newSubject, renewEpoch } from '../../src/record/subject.ts'
import { fullSubject, NOW, times } from './full-subject.ts'

describe('newSubject and renewEpoch', () => {
  it('63B-4 3.2.12: every record has a MAC key of its own of 256 random bits, and every epoch 128', () => {
    const subjects = times(200, newSubject)
    expect(new Set(subjects.map(({ macKey }) => macKey)).size).toBe(200)
    for (const { macKey } of subjects) expect(Buffer.from(macKey, 'base64url')).toHaveLength(32)
    const epochs = times(200, () => renewEpoch(subjects[0]!, NOW).epoch)
    expect(new Set(epochs.map(({ id }) => id)).size).toBe(200)
    for (const { id, at } of epochs)
      expect([Buffer.from(id, 'base64url').length, at]).toEqual([16, NOW])
    expect(recordMac(subjects[0]!, 'device', 'x')).not.toBe(recordMac(subjects[1]!, 'device', 'x'))
  })

  it('V28: a new epoch ends devices, spent tokens and the SMS code in flight, and leaves factors, codes, counters and history', async () => {
    const full = await fullSubject('a')
    const { epoch, devices, spent, spentFloor, sms, ...kept } = renewEpoch(full, NOW + 1)
    expect(epoch.id).not.toBe(full.epoch.id)
    expect([devices, spent, spentFloor, sms.code, sms.sentAt]).toEqual([
      [],
      [],
      0,
      null,
      full.sms.sentAt,
    ])
    expect(full).toMatchObject(kept)
    expect(isEnrolled(full) && isEnrolled(renewEpoch(full, NOW))).toBe(true)
  })

  it('what nobody is enrolled in is not enrolled: no record, and a record without factors', () => {
    expect([isEnrolled(null), isEnrolled(newSubject())]).toEqual([false, false])
  })
})
