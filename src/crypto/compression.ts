/** The state between two blocks of a hash, as 32-bit words. */
export type ChainingValue = readonly number[]

/**
 * The compression function inside a hash of @noble/hashes, reached past the buffering, padding and cloning around it: that is where the
 * speed of this library comes from.
 *
 * All but the two lengths is what @noble/hashes calls protected, so that package is pinned exactly, and
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
}

/** The state after one block, starting from `state`. */
export function compress(compression: Compression, state: ChainingValue, block: DataView, offset = 0): ChainingValue {
  compression.set(...state)
  compression.process(block, offset)
  return compression.get()
}

/**
 * The hash of a message whose first `before` bytes, whole blocks, have led to `state`, and which ends with `rest`
 * (under 2^29 bytes): padded and compressed (RFC 6234 4).
 */
export function finishHash(compression: Compression, state: ChainingValue, before: number, rest: Uint8Array): ChainingValue {
  const { blockLen } = compression
  const lengthBytes = blockLen / 8
  const padded = new Uint8Array(Math.ceil((rest.length + 1 + lengthBytes) / blockLen) * blockLen)
  padded.set(rest)
  const view = endMessage(padded, before, rest.length)
  let digest = state
  for (let offset = 0; offset < padded.length; offset += blockLen) digest = compress(compression, digest, view, offset)
  return digest
}

/** Writes the end of a message of `before + length` bytes, whose last `length` stand in `blocks`: the end bit and the length in bits. */
export function endMessage({ buffer }: Uint8Array, before: number, length: number): DataView {
  const view = new DataView(buffer)
  view.setUint8(length, 0x80)
  view.setUint32(view.byteLength - 4, (before + length) * 8)
  return view
}

/** A state, or a digest, as bytes. */
export function bytesOf(state: ChainingValue): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4 * state.length))
  writeState(view, state)
  return new Uint8Array(view.buffer)
}

export function writeState(view: DataView, state: ChainingValue): void {
  for (let i = 0; i < state.length; i++) view.setInt32(4 * i, state[i]!)
}
