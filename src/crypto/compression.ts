/** The state between two blocks of a hash, as 32-bit words. */
export type ChainingValue = readonly number[]

/**
 * A hash of @noble/hashes with its compression function reached past the buffering, padding and cloning around it: that is where the
 * speed of this library comes from.
 *
 * `get`, `set`, `process`, `roundClean` and `length` are what @noble/hashes calls protected, so that package is pinned exactly, and
 * test/crypto/compression.test.ts fails by name when its shape changes.
 */
export interface Compression {
  readonly blockLen: number
  readonly outputLen: number
  get(): ChainingValue
  set(...state: ChainingValue): void
  process(block: DataView, offset: number): void
  /** Overwrites the copy of the last block that stays behind in memory. */
  roundClean(): void
  /** Bytes read so far. */
  length: number
  update(bytes: Uint8Array): { digest(): Uint8Array<ArrayBuffer> }
}

/** The state after one block, starting from `state`. */
export function compress(compression: Compression, state: ChainingValue, block: DataView): ChainingValue {
  compression.set(...state)
  compression.process(block, 0)
  return compression.get()
}

/** The digest of a message whose first block led to `state`; ends the use of `fresh`. */
export function digestAfterBlock(fresh: Compression, state: ChainingValue, rest: Uint8Array): Uint8Array<ArrayBuffer> {
  fresh.set(...state)
  fresh.length = fresh.blockLen
  return fresh.update(rest).digest()
}

/** The second and last block of a message, as far as it is the same for all messages of that length: the end bit and the length in bits. */
export function padSecondBlock({ blockLen }: Compression, length: number): DataView {
  const block = new DataView(new ArrayBuffer(blockLen))
  block.setUint8(length, 0x80)
  block.setUint32(blockLen - 4, (blockLen + length) * 8)
  return block
}
