import { describe, expect, it } from 'vitest'
import { proofSize } from '../proof-size.ts'
import { makePlace } from '../races/engines.ts'
import { throwDice } from './dice.ts'
import { openWard, type Victim, type Ward } from './kills.ts'
import { findPostgres, startPostgres } from './private-postgres.ts'

const bin = findPostgres()

/** Kills the victims one after the other on a server of its own, and hands over what they left. */
async function killAll(victims: readonly Victim[], settings: readonly string[] = []) {
  const server = await startPostgres(bin!, settings)
  try {
    const ward = await openWard((await makePlace('postgres', server.url)).place)
    try {
      return await killEach(ward, victims)
    } finally {
      await ward.end()
    }
  } finally {
    await server.stop()
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
    const victims = Array.from({ length: kills }, (_, round): Victim => (round % 2 === 0 ? 'backend' : 'client'))
    const { findings, summary, ...sum } = await killAll(victims)
    console.log(`${kills} kills, ${sum.inTheMiddle} in the middle of logins: ${sum.interrupted} calls cut off, ${sum.accepted} accepted, ${sum.wrong} wrong`)
    expect(findings).toEqual([])
    expect(sum.inTheMiddle).toBeGreaterThan(kills / 2)
    expect(summary).toMatchObject({ records: 2 * kills, enrolled: 2 * kills, unreadable: 0 })
  }, 3_600_000)

  it('a server that acknowledges before it is durable is found out (synchronous_commit = off)', async () => {
    const { findings } = await killAll(['backend', 'backend', 'backend', 'backend'], ['synchronous_commit=off', 'wal_writer_delay=10s'])
    expect(findings.join('\n')).toMatch(/accepted 2 times|\d+ wrong codes told, \d counted|backup codes left/)
  }, 600_000)
})
