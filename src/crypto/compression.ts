/** The state between two blocks of a hash, as 32-bit words. */
export type ChainingValue = readonly number[]

/**
 * A hash of @noble/hashes with its compression function reached past the buffering, padding and
 * cloning around it: that is where the speed of this library comes from.
 *
 * `get`, `set`, `process` and `roundClean` are what @noble/hashes calls protected, so that package
 * is pinned exactly, and test/crypto/compression.test.ts fails by name when its shape changes.
 */
export interface Compression {
  readonly blockLen: number
  readonly outputLen: number
  get(): ChainingValue
  set(...state: ChainingValue): void
  process(block: DataView, offset: number): void
  /** Overwrites the copy of the last block that stays behind in memory. */
  roundClean(): void
  update(bytes: Uint8Array): { digest(): Uint8Array<ArrayBuffer> }
}

/** The state after one block, starting from `state`. */
export function compress(
  compression: Compression,
  state: ChainingValue,
  block: DataView,
): ChainingValue {
  resume(compression, state)
  compression.process(block, 0)
  return compression.get()
}

/** The state after as many blocks as there are, starting from `state`. */
export function compressAll(
  compression: Compression,
  state: ChainingValue,
  blocks: DataView,
): ChainingValue {
  resume(compression, state)
  for (let offset = 0; offset < blocks.byteLength; offset += compression.blockLen)
    compression.process(blocks, offset)
  return compression.get()
}

/**
 * SHA-1's five words one by one: a spread is a call that compilers keep, and nearly every code
 * rests on SHA-1.
 */
function resume(compression: Compression, state: ChainingValue): void {
  if (state.length === 5) compression.set(state[0]!, state[1]!, state[2]!, state[3]!, state[4]!)
  else compression.set(...state)
}

/** A message from its second block on, with the end bit and the length in bits (FIPS 180-4 5.1). */
export function padAfterBlock({ blockLen }: Compression, rest: Uint8Array): DataView<ArrayBuffer> {
  const size = Math.ceil((rest.length + 1 + blockLen / 8) / blockLen) * blockLen
  const bytes = new Uint8Array(size)
  bytes.set(rest)
  bytes[rest.length] = 0x80
  const blocks = new DataView(bytes.buffer)
  blocks.setUint32(size - 4, (blockLen + rest.length) * 8)
  return blocks
}
