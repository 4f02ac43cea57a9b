interface GcmStream {
  setAAD(data: Uint8Array): void
  update(data: Uint8Array): Uint8Array
  final(): Uint8Array
}

/** What is used of a platform's own synchronous AES. */
export interface PlatformAes {
  createCipheriv(
    algorithm: string,
    key: Uint8Array,
    nonce: Uint8Array,
    o: { authTagLength: number },
  ): GcmStream & { getAuthTag(): Uint8Array }
  createDecipheriv(
    algorithm: string,
    key: Uint8Array,
    nonce: Uint8Array,
    o: { authTagLength: number },
  ): GcmStream & { setAuthTag(tag: Uint8Array): void }
}

/** What is used of a platform's own Buffer. */
export interface PlatformBuffer {
  from(
    memory: ArrayBufferLike,
    offset: number,
    length: number,
  ): { toString(encoding: 'base64url'): string; write(text: string, encoding: 'base64url'): number }
}

interface Platform {
  readonly aes: PlatformAes | null
  readonly buffer: PlatformBuffer | null
}

let found: Platform | undefined

/**
 * What Node, Deno, Bun and workerd with nodejs_compat have beside the web's interfaces: asked for
 * at the first use and never imported, so that bundles for other places hold nothing of it.
 */
export function platform(): Platform {
  return (found ??= {
    aes: aesOf(builtin('node:crypto')),
    buffer: builtin<{ Buffer: PlatformBuffer }>('node:buffer').Buffer ?? null,
  })
}

function aesOf(module: Partial<PlatformAes>): PlatformAes | null {
  return module.createCipheriv && module.createDecipheriv ? (module as PlatformAes) : null
}

function builtin<T>(name: string): Partial<T> {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => Partial<T> | undefined }
  }
  return process?.getBuiltinModule?.(name) ?? {}
}
