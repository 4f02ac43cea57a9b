import { generateKeyringKey } from 'keystep'
import { sealRecord } from '../suite/sealing.ts'

/** Prints a sealed record, and what opens it, for the other runtimes. */
console.log(JSON.stringify(await sealRecord(generateKeyringKey())))
