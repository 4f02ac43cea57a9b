/**
 * HMAC-SHA-1 (RFC 2104, FIPS 180-4 6.1) of one key, stopped after the key's block on either side:
 * the midstates from which a short message costs two compressions instead of four.
 */
export interface HmacSha1Key {
  readonly inner: Words
  readonly outer: Words
}

/** The state of SHA-1 between two blocks, and a digest: five words of 32 bits, signed. */
export type Words = readonly number[]

const BLOCK_BYTES = 64
const BLOCK_WORDS = 16
const DIGEST_WORDS = 5
const INNER_PAD = 0x36
const OUTER_PAD = 0x5c

/** Sets up a key of any length; a longer one than a block is hashed first (RFC 2104 2). */
export function createHmacSha1Key(key: Uint8Array): HmacSha1Key {
  const short = key.length > BLOCK_BYTES ? bytesOf(sha1(key)) : key
  const midstates = { inner: midstate(short, INNER_PAD), outer: midstate(short, OUTER_PAD) }
  schedule.fill(0)
  return midstates
}

/** The HMAC of a message of any length, as bytes. */
export function hmacSha1({ inner, outer }: HmacSha1Key, message: Uint8Array): Uint8Array {
  const mac = bytesOf(finish(outer, digestFrom(inner, message, BLOCK_BYTES)))
  schedule.fill(0)
  return mac
}

/**
 * The HMAC of a counter of 8 bytes, as words; past 2^32 too (RFC 4226 5.1, RFC 6238 4.2).
 */
export function hmacSha1OfCounter({ inner, outer }: HmacSha1Key, counter: number): Words {
  const block = schedule
  block[0] = Math.floor(counter / 0x1_0000_0000)
  block[1] = counter
  block[2] = END
  block.fill(0, 3, 15)
  block[15] = (BLOCK_BYTES + 8) * 8
  return finish(outer, compress(inner))
}

/** The SHA-1 of a message, as words. */
export function sha1(message: Uint8Array): Words {
  return digestFrom(INITIAL, message, 0)
}

const INITIAL: Words = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0]
/** The end bit of a message, as a word. */
const END = 0x8000_0000 | 0

/**
 * The one schedule: its first 16 words are the next block. It is kept because a code takes two
 * blocks, and to make it anew would cost more than a block. Everything here is synchronous, so no
 * two computations meet in it.
 */
const schedule = /* @__PURE__ */ new Int32Array(80)

function midstate(key: Uint8Array, pad: number): Words {
  const block = schedule
  for (let i = 0; i < BLOCK_WORDS; i++) {
    const at = 4 * i
    block[i] = (padded(key, at, pad) << 24) | (padded(key, at + 1, pad) << 16)
    block[i]! |= (padded(key, at + 2, pad) << 8) | padded(key, at + 3, pad)
  }
  return compress(INITIAL)
}

function padded(key: Uint8Array, at: number, pad: number): number {
  return at < key.length ? key[at]! ^ pad : pad
}

/** The outer hash over an inner digest, which takes one block with its padding. */
function finish(outer: Words, digest: Words): Words {
  const block = schedule
  for (let i = 0; i < DIGEST_WORDS; i++) block[i] = digest[i]!
  block[DIGEST_WORDS] = END
  block.fill(0, DIGEST_WORDS + 1, 15)
  block[15] = (BLOCK_BYTES + 4 * DIGEST_WORDS) * 8
  return compress(outer)
}

/** Goes on from a state with the rest of a message, of which `before` bytes are in the state. */
function digestFrom(state: Words, rest: Uint8Array, before: number): Words {
  const size = Math.ceil((rest.length + 9) / BLOCK_BYTES) * BLOCK_BYTES
  const blocks = new Uint8Array(size)
  blocks.set(rest)
  blocks[rest.length] = 0x80
  const bits = (before + rest.length) * 8
  const length = new DataView(blocks.buffer, size - 8)
  length.setUint32(0, Math.floor(bits / 0x1_0000_0000))
  length.setUint32(4, bits)
  let next = state
  for (let at = 0; at < size; at += BLOCK_BYTES) next = compressBytes(next, blocks, at)
  return next
}

function compressBytes(state: Words, bytes: Uint8Array, from: number): Words {
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, BLOCK_BYTES)
  for (let i = 0; i < BLOCK_WORDS; i++) schedule[i] = view.getInt32(4 * i)
  return compress(state)
}

function bytesOf(words: Words): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4 * words.length))
  words.forEach((word, i) => {
    view.setInt32(4 * i, word)
  })
  return new Uint8Array(view.buffer)
}

/**
 * The compression function (FIPS 180-4 6.1.2): the state after the block in the schedule.
 *
 * Nearly all the time of a code is spent here, so it is written out: one loop for each of the four
 * functions, so that no round asks which one it is, over a schedule of signed words.
 */
function compress(state: Words): Words {
  // Read once: bundlers make variables of a module's constants, which are looked up at each use.
  const words = schedule
  for (let i = 16; i < 80; i++) {
    const word = words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!
    words[i] = (word << 1) | (word >>> 31)
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  for (let i = 0; i < 20; i++) {
    const next = (((a << 5) | (a >>> 27)) + ((b & c) ^ (~b & d)) + e + 0x5a827999 + words[i]!) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = next
  }
  for (let i = 20; i < 40; i++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0x6ed9eba1 + words[i]!) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = next
  }
  for (let i = 40; i < 60; i++) {
    const next =
      (((a << 5) | (a >>> 27)) + ((b & c) ^ (b & d) ^ (c & d)) + e + 0x8f1bbcdc + words[i]!) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = next
  }
  for (let i = 60; i < 80; i++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0xca62c1d6 + words[i]!) | 0
    e = d
    d = c
    c = (b << 30) | (b >>> 2)
    b = a
    a = next
  }
  return [
    (a + state[0]!) | 0,
    (b + state[1]!) | 0,
    (c + state[2]!) | 0,
    (d + state[3]!) | 0,
    (e + state[4]!) | 0,
  ]
}
