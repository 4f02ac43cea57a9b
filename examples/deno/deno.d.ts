/**
 * What main.ts needs of Deno, for the type check of this repository, which runs on Node. Deno has
 * types of its own and never reads this.
 */
declare namespace Deno {
  type KvKey = readonly string[]
  interface KvAtomic {
    check(check: { key: KvKey; versionstamp: string | null }): KvAtomic
    set(key: KvKey, value: unknown, options?: { expireIn?: number }): KvAtomic
    delete(key: KvKey): KvAtomic
    commit(): Promise<{ ok: boolean; versionstamp?: string }>
  }
  interface KvEntry<T> {
    key: readonly unknown[]
    value: T | null
    versionstamp: string | null
  }
  interface Kv {
    get<T>(key: KvKey, options?: { consistency: 'strong' }): Promise<KvEntry<T>>
    set(key: KvKey, value: unknown, options?: { expireIn?: number }): Promise<{ ok: true }>
    delete(key: KvKey): Promise<void>
    list(
      selector: { prefix: KvKey; start?: KvKey; end?: KvKey },
      options: { consistency: 'strong'; batchSize: number },
    ): AsyncIterable<KvEntry<unknown>>
    atomic(): KvAtomic
  }
  function openKv(path?: string): Promise<Kv>
  function serve(
    options: { hostname: string; port: number },
    handler: (request: Request) => Response | Promise<Response>,
  ): { finished: Promise<void> }
  const env: { get(name: string): string | undefined }
}
