import { createKeyring, createTwoFactor, generateKeyringKey } from 'keystep'
import { generateTotp, OtpKey } from 'keystep/otp'
import { postgresStore } from 'keystep/stores/postgres'
import { sqliteStore } from 'keystep/stores/sqlite'
import type { Db, Peer } from './peer.ts'

export async function keystepPeer(db: Db, users: number): Promise<Peer> {
  const store = db.engine === 'SQLite' ? sqliteStore(db.sqlite) : postgresStore(db.pool)
  await store.migrate()
  let now = Date.now()
  const twoFactor = createTwoFactor({
    issuer: 'Bench',
    store,
    keyring: createKeyring(generateKeyringKey()),
    now: () => new Date(now),
  })
  const keys = Array.from({ length: users }, () => OtpKey.generate())
  for (const [user, key] of keys.entries())
    await twoFactor.totp.import({ userId: `user-${user}`, key })
  return {
    name: 'keystep',
    advance: () => (now += 3_600_000),
    rightCode: (user) => generateTotp(keys[user]!, { at: new Date(now) }),
    async begin(user) {
      const decision = await twoFactor.login.begin({ userId: `user-${user}` })
      if (decision.next !== 'challenge') throw new Error(`login.begin said ${decision.next}`)
      return decision.challenge
    },
    async answer(_, challenge, code) {
      const verdict = await twoFactor.login.verify({ challenge, code })
      if (verdict.outcome === 'accepted') return 'accepted'
      return verdict.outcome === 'rejected' && verdict.reason === 'wrong_code'
        ? 'wrong_code'
        : 'refused'
    },
  }
}
