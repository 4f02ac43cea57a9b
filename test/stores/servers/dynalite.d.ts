declare module 'dynalite' {
  import type { Server } from 'node:http'
  /** A model of DynamoDB in memory, in this process. */
  export default function dynalite(o?: { createTableMs?: number }): Server
}
