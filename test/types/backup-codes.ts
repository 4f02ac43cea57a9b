import { type BackupCodeSet, generateBackupCodes, hashBackupCodes, spendBackupCode } from 'keystep/backup-codes'

declare const set: BackupCodeSet
declare function openDoor(): void
declare function save(set: BackupCodeSet): void
declare function show(codes: readonly string[]): void

// The codes are a secret: they are shown once, by reveal.
show(generateBackupCodes()) // fails: TS2345
show(generateBackupCodes().reveal())
const listed: string[] = generateBackupCodes() // fails: missing-members
const first = generateBackupCodes()[0] // fails: TS7053
generateBackupCodes(10) // fails: TS2559

// A result is an object, and every object is true: it cannot be a condition.
const spent = await spendBackupCode(set, 'AAAA-BBBB-CCCC-DDDD')
if (spent) openDoor() // fails: no-unnecessary-condition
if (await spendBackupCode(set, 'AAAA-BBBB-CCCC-DDDD')) openDoor() // fails: no-unnecessary-condition
if (spendBackupCode(set, 'AAAA-BBBB-CCCC-DDDD')) openDoor() // fails: TS2801 no-misused-promises no-unnecessary-condition
if (spent === true) openDoor() // fails: TS2367
spendBackupCode(set, 'AAAA-BBBB-CCCC-DDDD') // fails: no-floating-promises

// The spent set, to be stored, stands on the accepted branch alone.
save(spent.set) // fails: TS2339
if (spent.outcome === 'accepted') save(spent.set)
if (spent.outcome === 'rejected' && spent.reason === 'locked') openDoor() // fails: TS2367
save(await hashBackupCodes(['AAAA-BBBB-CCCC-DDDD'], { pepper: 'pepper' })) // fails: TS2322
await spendBackupCode(set, 1234) // fails: TS2345
