import { backupCodeCases } from './backup-codes.ts'
import type { Case } from './case.ts'
import { codeCases } from './codes.ts'
import { flowCases } from './flow.ts'
import { hostileCases } from './hostile.ts'
import { httpCases } from './http.ts'
import { keyUriCases } from './key-uri.ts'
import { qrCases } from './qr.ts'
import { sealingCases } from './sealing.ts'
import { storeCases } from './stores.ts'

/**
 * What must hold on every runtime; the doors of keystep, the runtime's own globals, and nothing
 * else.
 */
export const cases: readonly Case[] = [
  codeCases,
  keyUriCases,
  hostileCases,
  qrCases,
  backupCodeCases,
  sealingCases,
  flowCases,
  httpCases,
  storeCases,
].flat()
