import { _SHA1 } from '@noble/hashes/legacy.js'
import { _SHA256, _SHA512 } from '@noble/hashes/sha2.js'
import { bytesOf, type ChainingValue, compress, type Compression, endMessage, finishHash, writeState } from './compression.ts'

const COUNTER_BYTES = 8
const INNER_PAD = 0x36
const OUTER_PAD = 0x5c

/**
 * A hash with the blocks that an HMAC reads; counter and digest are padded once for all keys.
 * Not reentrant: every computation on it is synchronous, and done before the next begins.
 */
export interface HmacHash {
  readonly compression: Compression
  readonly initial: ChainingValue
  readonly keyBlock: Uint8Array<ArrayBuffer>
  readonly counterBlock: DataView
  readonly digestBlock: DataView
}

/** HMAC (RFC 2104) of one key, stopped after the key's blocks, so that a short message costs two compressions instead of four. */
export interface HmacKey {
  readonly hash: HmacHash
  readonly inner: ChainingValue
  readonly outer: ChainingValue
}

export const sha1: HmacHash = /* @__PURE__ */ prepareHash(_SHA1)
export const sha256: HmacHash = /* @__PURE__ */ prepareHash(_SHA256)
export const sha512: HmacHash = /* @__PURE__ */ prepareHash(_SHA512)

/** Sets up a key, of any length. */
export function createHmacKey(hash: HmacHash, key: Uint8Array): HmacKey {
  const { compression, initial, keyBlock } = hash
  const short = key.length > keyBlock.length ? bytesOf(finishHash(compression, initial, 0, key)) : key
  const inner = compress(compression, initial, padKey(keyBlock, short, INNER_PAD))
  const outer = compress(compression, initial, padKey(keyBlock, short, OUTER_PAD))
  keyBlock.fill(0)
  compression.roundClean()
  return { hash, inner, outer }
}

/** The HMAC of a message. */
export function hmac(key: HmacKey, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const { hash: { compression, keyBlock }, inner } = key
  const mac = bytesOf(finishHmac(key, finishHash(compression, inner, keyBlock.length, message)))
  compression.roundClean()
  return mac
}

/** The HMAC over a counter of 8 bytes, as 32-bit words; past 2^32 too (RFC 4226 5.1, RFC 6238 4.2). */
export function hmacOfCounter(key: HmacKey, counter: number): ChainingValue {
  const { hash: { compression, counterBlock }, inner } = key
  counterBlock.setUint32(0, Math.floor(counter / 0x1_0000_0000))
  counterBlock.setUint32(4, counter)
  return finishHmac(key, compress(compression, inner, counterBlock))
}

function finishHmac({ hash: { compression, digestBlock }, outer }: HmacKey, digest: ChainingValue): ChainingValue {
  writeState(digestBlock, digest)
  return compress(compression, outer, digestBlock)
}

function prepareHash(Hash: new () => unknown): HmacHash {
  const compression = new Hash() as Compression
  const { blockLen, outputLen } = compression
  const secondBlock = (length: number): DataView => endMessage(new Uint8Array(blockLen), blockLen, length)
  return {
    compression,
    initial: compression.get(),
    keyBlock: new Uint8Array(blockLen),
    counterBlock: secondBlock(COUNTER_BYTES),
    digestBlock: secondBlock(outputLen),
  }
}

function padKey(block: Uint8Array, key: Uint8Array, pad: number): DataView {
  block.fill(pad)
  for (let i = 0; i < key.length; i++) block[i] = key[i]! ^ pad
  return new DataView(block.buffer)
}
