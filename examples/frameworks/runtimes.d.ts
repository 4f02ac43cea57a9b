/**
 * What the wirings need of Bun and Workers, for the type check on Node. There, the types are their
 * own; those of Deno are in examples/deno.
 */
declare module 'bun:sqlite' {
  export class Database {
    constructor(path: string)
    exec(sql: string): void
    prepare(sql: string): {
      all(...values: (string | number | null)[]): unknown[]
      get(...values: (string | number | null)[]): unknown
      run(...values: (string | number | null)[]): { changes: number }
    }
  }
}

declare namespace Bun {
  type Route = (request: Request) => Promise<Response>
  function serve(options: {
    hostname: string
    port: number
    routes: Record<string, Route | { POST: Route }>
  }): { url: URL }
}

interface DurableObjectStorage {
  get<T>(key: string): Promise<T | undefined>
  put(key: string, value: unknown): Promise<void>
  delete(key: string): Promise<boolean>
  transaction<T>(
    work: (txn: Pick<DurableObjectStorage, 'get' | 'put' | 'delete'>) => Promise<T>,
  ): Promise<T>
  list(o: { prefix: string; startAfter: string; limit: number }): Promise<Map<string, unknown>>
}
interface DurableObjectState {
  readonly storage: DurableObjectStorage
}
interface DurableObjectNamespace {
  idFromName(name: string): object
  get(id: object): { fetch(request: Request): Promise<Response> }
}
declare module 'cloudflare:workers' {
  export abstract class DurableObject<E> {
    constructor(ctx: DurableObjectState, env: E)
    fetch(request: Request): Promise<Response>
  }
}
