import { type ChainingValue, type Compression, createCompression } from './compression.ts'
import type { OtpAlgorithm } from './otp-params.ts'

const COUNTER_BYTES = 8
const INNER_PAD = 0x36
const OUTER_PAD = 0x5c

/** One algorithm's compression function with the blocks it reads; the last two are padded once for all keys. */
interface Workbench {
  readonly compression: Compression
  readonly keyBlock: KeyBlock
  readonly counterBlock: DataView
  readonly digestBlock: DataView
}

interface KeyBlock {
  readonly bytes: Uint8Array
  readonly view: DataView
}

/** HMAC (RFC 2104) of one key, stopped after the key's blocks, so that a message costs two compressions instead of four. */
export interface HmacMidstate {
  readonly workbench: Workbench
  readonly inner: ChainingValue
  readonly outer: ChainingValue
}

const workbenches: { [A in OtpAlgorithm]?: Workbench } = {}

/** Sets up a key, of any length. */
export function createMidstate(algorithm: OtpAlgorithm, key: Uint8Array): HmacMidstate {
  const workbench = (workbenches[algorithm] ??= createWorkbench(algorithm))
  const { compression, keyBlock } = workbench
  const short = key.length > compression.blockLen ? createCompression(algorithm).update(key).digest() : key
  const inner = compression.compress(compression.initial, fillKeyBlock(keyBlock, short, INNER_PAD))
  const outer = compression.compress(compression.initial, fillKeyBlock(keyBlock, short, OUTER_PAD))
  keyBlock.bytes.fill(0)
  compression.forget()
  return { workbench, inner, outer }
}

/** The HMAC over a counter of 8 bytes, as 32-bit words; past 2^32 too (RFC 4226 5.1, RFC 6238 4.2). */
export function hmacOfCounter({ workbench, inner, outer }: HmacMidstate, counter: number): ChainingValue {
  const { compression, counterBlock, digestBlock } = workbench
  counterBlock.setUint32(0, Math.floor(counter / 0x1_0000_0000))
  counterBlock.setUint32(4, counter)
  const digest = compression.compress(inner, counterBlock)
  for (let i = 0; i < digest.length; i++) digestBlock.setInt32(4 * i, digest[i]!)
  return compression.compress(outer, digestBlock)
}

function createWorkbench(algorithm: OtpAlgorithm): Workbench {
  const compression = createCompression(algorithm)
  const { blockLen, outputLen } = compression
  const bytes = new Uint8Array(blockLen)
  return {
    compression,
    keyBlock: { bytes, view: new DataView(bytes.buffer) },
    counterBlock: padSecondBlock(blockLen, COUNTER_BYTES),
    digestBlock: padSecondBlock(blockLen, outputLen),
  }
}

function fillKeyBlock({ bytes, view }: KeyBlock, key: Uint8Array, pad: number): DataView {
  bytes.fill(pad)
  for (let i = 0; i < key.length; i++) bytes[i] = key[i]! ^ pad
  return view
}

/** A block that ends a message of one block and `length` bytes: the end bit, zeros and the message's length in bits. */
function padSecondBlock(blockLen: number, length: number): DataView {
  const block = new DataView(new ArrayBuffer(blockLen))
  block.setUint8(length, 0x80)
  block.setUint32(blockLen - 4, (blockLen + length) * 8)
  return block
}
