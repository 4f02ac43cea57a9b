import { _SHA1 } from '@noble/hashes/legacy.js'
import { _SHA256, _SHA512 } from '@noble/hashes/sha2.js'
import type { OtpAlgorithm } from './otp-params.ts'

/** The state between two blocks of a hash, as 32-bit words. */
export type ChainingValue = readonly number[]

/**
 * The compression function of a hash, without buffering, padding and cloning around it. An HMAC over a counter is two calls of it
 * once the key is set up, which is where the speed of this room comes from.
 *
 * It rests on what @noble/hashes calls protected (`set`, `process`, `get`, `roundClean`), so that package is pinned exactly
 * and test/otp/compression.test.ts fails by name when its shape changes.
 */
export interface Compression {
  readonly blockLen: number
  readonly outputLen: number
  /** The state before the first block. */
  readonly initial: ChainingValue
  /** The state after `block` (exactly `blockLen` bytes), starting from `words`. */
  compress(words: ChainingValue, block: DataView): ChainingValue
  /** The ordinary hash, which ends the use of this object. */
  update(bytes: Uint8Array): { digest(): Uint8Array }
  /** Overwrites the copy of the last block that stays behind in memory. */
  forget(): void
}

type Words5 = [number, number, number, number, number]
type Words8 = [...Words5, number, number, number]
type Words16 = [...Words8, ...Words8]

class Sha1 extends _SHA1 implements Compression {
  readonly initial: ChainingValue = this.get()

  compress(words: ChainingValue, block: DataView): ChainingValue {
    const [a, b, c, d, e] = words as Words5
    this.set(a, b, c, d, e)
    this.process(block, 0)
    return this.get()
  }

  forget(): void {
    this.roundClean()
  }
}

class Sha256 extends _SHA256 implements Compression {
  readonly initial: ChainingValue = this.get()

  compress(words: ChainingValue, block: DataView): ChainingValue {
    const [a, b, c, d, e, f, g, h] = words as Words8
    this.set(a, b, c, d, e, f, g, h)
    this.process(block, 0)
    return this.get()
  }

  forget(): void {
    this.roundClean()
  }
}

class Sha512 extends _SHA512 implements Compression {
  readonly initial: ChainingValue = this.get()

  compress(words: ChainingValue, block: DataView): ChainingValue {
    const [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = words as Words16
    this.set(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
    this.process(block, 0)
    return this.get()
  }

  forget(): void {
    this.roundClean()
  }
}

/** A new compression function of one algorithm. Not reentrant: one synchronous computation at a time. */
export function createCompression(algorithm: OtpAlgorithm): Compression {
  switch (algorithm) {
    case 'SHA1':
      return new Sha1()
    case 'SHA256':
      return new Sha256()
    case 'SHA512':
      return new Sha512()
  }
}
