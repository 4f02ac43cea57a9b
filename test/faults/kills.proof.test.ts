import { describe, expect, it } from 'vitest'
import { proofSize } from '../proof-size.ts'
import { type Engine, isHere, makePlace, type Place } from '../races/engines.ts'
import { throwDice } from './dice.ts'
import { openWard, type Victim, type Ward } from './kills.ts'
import { findPostgres, startPostgres } from './private-postgres.ts'

const bin = findPostgres()
const others: readonly Engine[] = ['sqlite', 'mariadb', 'redis', 'etcd', 'dynamo']
const present = await Promise.all(others.map(isHere))

/** On a server of its own, since a killed backend takes every connection of its server with it. */
async function killOnPrivateServer(victims: readonly Victim[], settings: readonly string[] = []) {
  const server = await startPostgres(bin!, settings)
  try {
    const { place } = await makePlace('postgres', server.url)
    return await killAt(place, victims)
  } finally {
    await server.stop()
  }
}

/** Kills the victims one after the other, and hands over what they left. */
async function killAt(place: Place, victims: readonly Victim[]) {
  const ward = await openWard(place)
  try {
    return await killEach(ward, victims)
  } finally {
    await ward.end()
  }
}

async function killEach(ward: Ward, victims: readonly Victim[]) {
  const dice = throwDice(victims.length)
  const sum = { inTheMiddle: 0, interrupted: 0, accepted: 0, wrong: 0 }
  const findings: string[] = []
  for (const [round, victim] of victims.entries()) {
    const aftermath = await ward.kill(victim, round, dice)
    findings.push(...aftermath.findings)
    if (aftermath.interrupted > 0) sum.inTheMiddle++
    for (const key of ['interrupted', 'accepted', 'wrong'] as const) sum[key] += aftermath[key]
  }
  return { ...sum, findings, summary: await ward.portal.twoFactor.maintenance.summarize() }
}

describe.runIf(bin !== null)('V27: kill -9 in the middle of logins, on Postgres', () => {
  const kills = proofSize({ proof: 200, daily: 10 })

  it(`${kills} backends and clients die: nothing accepted twice, nothing corrupt, service resumes by itself`, async () => {
    const victims = Array.from({ length: kills }, (_, round): Victim =>
      round % 2 === 0 ? 'backend' : 'client',
    )
    const { findings, summary, ...sum } = await killOnPrivateServer(victims)
    console.log(
      `${kills} kills, ${sum.inTheMiddle} in the middle of logins: ${sum.interrupted} calls cut off, ${sum.accepted} accepted, ${sum.wrong} wrong`,
    )
    expect(findings).toEqual([])
    expect(sum.inTheMiddle).toBeGreaterThan(kills / 4)
    expect(summary).toMatchObject({ records: 2 * kills, enrolled: 2 * kills, unreadable: 0 })
  }, 3_600_000)

  it('a server that acknowledges before it is durable is found out (synchronous_commit = off)', async () => {
    const { findings } = await killOnPrivateServer(
      ['backend', 'backend', 'backend', 'backend'],
      ['synchronous_commit=off', 'wal_writer_delay=10s'],
    )
    expect(findings.join('\n')).toMatch(
      /accepted 2 times|\d+ wrong codes told, \d counted|backup codes left/,
    )
  }, 600_000)
})

describe.each(others.filter((_, index) => present[index]))(
  'V27: kill -9 in the middle of logins, on %s',
  (engine) => {
    const kills = proofSize({ proof: 50, daily: 4 })

    it(`${kills} clients die: nothing accepted twice, nothing corrupt, the others go on`, async () => {
      const { place, remove } = await makePlace(engine)
      const { findings, summary, inTheMiddle } = await killAt(
        place,
        Array.from({ length: kills }, () => 'client' as const),
      )
      await remove()
      expect(findings).toEqual([])
      expect(inTheMiddle).toBeGreaterThan(kills / 4)
      expect(summary).toMatchObject({ records: 2 * kills, enrolled: 2 * kills, unreadable: 0 })
    }, 1_800_000)
  },
)
