import { createKeyring, createTwoFactor } from 'keystep'
import { memoryStore } from 'keystep/stores/memory'

const keyring = createKeyring('k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8')
const twoFactor = createTwoFactor({ issuer: 'Example Hosting', store: memoryStore(), keyring })
const staff = { actor: 'ops/3', reason: 'contract ended' }

const reset = await twoFactor.recovery.reset({ userId: 'ann', ...staff })
reset.supportCode.reveal().toUpperCase()
reset.supportCode.toUpperCase() // fails: TS2339
reset.securityStamp.length.toFixed()
await twoFactor.recovery.reset({ userId: 'ann', ...staff, unreadable: true })
await twoFactor.recovery.reset({ userId: 'ann', ...staff, unreadable: false }) // fails: TS2322
await twoFactor.recovery.unlock({ userId: 'ann' }) // fails: TS2345

const unlocked = await twoFactor.recovery.unlock({ userId: 'ann', ...staff })
unlocked.codesJudged.toFixed() // fails: TS2339
if (unlocked.outcome === 'accepted') unlocked.codesJudged.toFixed()

await twoFactor.maintenance.erase({ userId: 'ann' }) // fails: TS2345
await twoFactor.maintenance.move({ from: { userId: 'ann' }, to: { userId: 'bea' }, ...staff })
await twoFactor.maintenance.move({ from: 'ann', to: { userId: 'bea' }, ...staff }) // fails: TS2322

const exported = await twoFactor.maintenance.export({ userId: 'ann', ...staff })
exported.authenticators.length.toFixed() // fails: TS2339
exported.reveal().authenticators.length.toFixed()

const { users } = await twoFactor.maintenance.users()
for (const user of users) {
  user.factors.length.toFixed() // fails: TS2339
  if (user.state === 'readable') user.factors.length.toFixed()
}
await twoFactor.maintenance.checkKeyring()
await twoFactor.maintenance.checkKeyring({ replace: false }) // fails: TS2322
await twoFactor.maintenance.afterRestore({ restoredAt: new Date() }) // fails: TS2345
