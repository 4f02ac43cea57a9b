import { _SHA256, _SHA512 } from '@noble/hashes/sha2.js'
import {
  type ChainingValue,
  compress,
  compressAll,
  type Compression,
  padAfterBlock,
} from './compression.ts'
import { createSha1Class } from './sha1.ts'

const COUNTER_BYTES = 8
const INNER_PAD = 0x36
const OUTER_PAD = 0x5c

/**
 * A hash with the blocks that an HMAC reads; those of counter and digest are padded once for all
 * keys. Not reentrant: every computation on it is synchronous, and done before the next begins.
 */
export interface HmacHash {
  readonly Hash: new () => Compression
  readonly compression: Compression
  readonly initial: ChainingValue
  readonly keyBlock: Uint8Array
  readonly keyView: DataView
  readonly counterBlock: DataView
  readonly digestBlock: DataView
}

/**
 * HMAC (RFC 2104) of one key, stopped after the key's blocks, so that a short message costs two
 * compressions instead of four.
 */
export interface HmacKey {
  readonly hash: HmacHash
  readonly inner: ChainingValue
  readonly outer: ChainingValue
}

export const sha1: () => HmacHash = /* @__PURE__ */ prepareOnce(createSha1Class)
export const sha256: () => HmacHash = /* @__PURE__ */ prepareOnce(() => _SHA256)
export const sha512: () => HmacHash = /* @__PURE__ */ prepareOnce(() => _SHA512)

/** Sets up a key, of any length. */
export function createHmacKey(hashOf: () => HmacHash, key: Uint8Array): HmacKey {
  const hash = hashOf()
  const { keyBlock, compression } = hash
  const short = key.length > keyBlock.length ? new hash.Hash().update(key).digest() : key
  const inner = compressKey(hash, short, INNER_PAD)
  const outer = compressKey(hash, short, OUTER_PAD)
  keyBlock.fill(0)
  compression.roundClean()
  return { hash, inner, outer }
}

/** The HMAC of a message. */
export function hmac(key: HmacKey, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const { compression } = key.hash
  const words = finish(
    key,
    compressAll(compression, key.inner, padAfterBlock(compression, message)),
  )
  compression.roundClean()
  const mac = new DataView(new ArrayBuffer(compression.outputLen))
  for (let i = 0; i < words.length; i++) mac.setInt32(4 * i, words[i]!)
  return new Uint8Array(mac.buffer)
}

/**
 * The HMAC over a counter of 8 bytes, as 32-bit words; past 2^32 too (RFC 4226 5.1, RFC 6238 4.2).
 */
export function hmacOfCounter(key: HmacKey, counter: number): ChainingValue {
  const { compression, counterBlock } = key.hash
  counterBlock.setUint32(0, Math.floor(counter / 0x1_0000_0000))
  counterBlock.setUint32(4, counter)
  return finish(key, compress(compression, key.inner, counterBlock))
}

function finish(
  { hash: { compression, digestBlock }, outer }: HmacKey,
  digest: ChainingValue,
): ChainingValue {
  for (let i = 0; i < digest.length; i++) digestBlock.setInt32(4 * i, digest[i]!)
  return compress(compression, outer, digestBlock)
}

/** A hash that is prepared at its first use: a start pays for none that it does not need. */
function prepareOnce(classOf: () => new () => unknown): () => HmacHash {
  let prepared: HmacHash | undefined
  return () => (prepared ??= prepareHash(classOf()))
}

function prepareHash(noble: new () => unknown): HmacHash {
  const Hash = noble as new () => Compression
  const compression = new Hash()
  const keyBlock = new Uint8Array(compression.blockLen)
  return {
    Hash,
    compression,
    initial: compression.get(),
    keyBlock,
    keyView: new DataView(keyBlock.buffer),
    counterBlock: padAfterBlock(compression, new Uint8Array(COUNTER_BYTES)),
    digestBlock: padAfterBlock(compression, new Uint8Array(compression.outputLen)),
  }
}

function compressKey(
  { compression, initial, keyBlock, keyView }: HmacHash,
  key: Uint8Array,
  pad: number,
): ChainingValue {
  keyBlock.fill(pad)
  for (let i = 0; i < key.length; i++) keyBlock[i] = key[i]! ^ pad
  return compress(compression, initial, keyView)
}
