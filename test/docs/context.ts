/**
 * What stands around the fragments of the pages: a portal, in the middle of a request. A code block
 * of README.md or docs/ may use these names without declaring or importing them; everything else it
 * has to bring along. (See fences.test.ts, which compiles every block.)
 */
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type {
  createKeyring as makeKeyring,
  createTwoFactor as makeTwoFactor,
  Keyring,
  LoginGrant,
  Secret,
  TwoFactor,
  UserExport,
} from 'keystep'
import type { generateTotp as makeTotp, OtpKey, parseKeyUri as readKeyUri } from 'keystep/otp'
import type { RecordStore } from 'keystep/stores'
import type { FakeClock } from 'keystep/testing'
import type pg from 'pg'

// The portal.
export declare const createKeyring: typeof makeKeyring
export declare const createTwoFactor: typeof makeTwoFactor
export declare const twoFactor: TwoFactor
export declare const store: RecordStore
export declare const keyring: Keyring
export declare const openSession: (grant: LoginGrant) => void
export declare const show: (reason: string) => void
export declare const enrollAnew: (permit: string) => void
export declare const handOver: (userId: string, supportCode: Secret<string>) => Promise<void>
export declare const takeOver: (user: UserExport) => Promise<void>
export declare const newStore: RecordStore

// The request.
export declare const userId: string
export declare const sessionId: string
export declare const challenge: string
export declare const code: string
export declare const enrollment: { keyUri: { reveal(): string } }

// Its keys and their KMS.
export declare const newKey: Uint8Array
export declare const oldKey: Uint8Array
export declare const wrapped: Uint8Array
export declare const kms: { decrypt(wrapped: Uint8Array): Promise<Uint8Array> }

// Its databases, and a store made on the page.
export declare const pool: pg.Pool
export declare const db: NodePgDatabase
export declare const secondDb: NodePgDatabase
export declare const dbWithoutTheTable: NodePgDatabase
export declare const drizzleStore: (db: NodePgDatabase) => RecordStore
export declare const myStore: () => RecordStore

// Its SMS gateway.
export declare const username: string
export declare const password: string

// The database of the system before it.
export declare const row: { userId: string; secret: string }

// Its tests.
export declare const clock: FakeClock
export declare const key: OtpKey
export declare const generateTotp: typeof makeTotp
export declare const parseKeyUri: typeof readKeyUri
