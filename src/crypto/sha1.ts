import { Chi, HashMD, Maj } from '@noble/hashes/_md.js'
import { clean } from '@noble/hashes/utils.js'

/**
 * The class of SHA-1 (FIPS 180-4 6.1), for HMAC alone, on the buffering and padding of
 * @noble/hashes.
 *
 * The compression function is written out here, because nearly all the time of a code is spent in
 * it: one loop for each of the four functions, so that no round asks which one it is, over signed
 * words. The schedule is a constant of this function and not of the module: bundlers make variables
 * of a module's constants, and a variable is looked up at every access.
 */
export function createSha1Class(): new () => unknown {
  const schedule = new Int32Array(80)

  // Abstract, because it leaves out copying: an HMAC key sets a hash where it goes on, and never
  // copies one.
  abstract class Sha1 extends HashMD<Sha1> {
    A = 0x67452301
    B = 0xefcdab89 | 0
    C = 0x98badcfe | 0
    D = 0x10325476
    E = 0xc3d2e1f0 | 0

    constructor() {
      super(64, 20, 8, false)
    }

    get(): [number, number, number, number, number] {
      const { A, B, C, D, E } = this
      return [A, B, C, D, E]
    }

    set(A: number, B: number, C: number, D: number, E: number): void {
      this.A = A | 0
      this.B = B | 0
      this.C = C | 0
      this.D = D | 0
      this.E = E | 0
    }

    process(view: DataView, offset: number): void {
      for (let i = 0; i < 16; i++, offset += 4) schedule[i] = view.getInt32(offset)
      for (let i = 16; i < 80; i++) {
        const word = schedule[i - 3]! ^ schedule[i - 8]! ^ schedule[i - 14]! ^ schedule[i - 16]!
        schedule[i] = (word << 1) | (word >>> 31)
      }
      let { A, B, C, D, E } = this
      for (let i = 0; i < 20; i++) {
        const next = (((A << 5) | (A >>> 27)) + Chi(B, C, D) + E + 0x5a827999 + schedule[i]!) | 0
        E = D
        D = C
        C = (B << 30) | (B >>> 2)
        B = A
        A = next
      }
      for (let i = 20; i < 40; i++) {
        const next = (((A << 5) | (A >>> 27)) + (B ^ C ^ D) + E + 0x6ed9eba1 + schedule[i]!) | 0
        E = D
        D = C
        C = (B << 30) | (B >>> 2)
        B = A
        A = next
      }
      for (let i = 40; i < 60; i++) {
        const next = (((A << 5) | (A >>> 27)) + Maj(B, C, D) + E + 0x8f1bbcdc + schedule[i]!) | 0
        E = D
        D = C
        C = (B << 30) | (B >>> 2)
        B = A
        A = next
      }
      for (let i = 60; i < 80; i++) {
        const next = (((A << 5) | (A >>> 27)) + (B ^ C ^ D) + E + 0xca62c1d6 + schedule[i]!) | 0
        E = D
        D = C
        C = (B << 30) | (B >>> 2)
        B = A
        A = next
      }
      this.set(A + this.A, B + this.B, C + this.C, D + this.D, E + this.E)
    }

    roundClean(): void {
      clean(schedule)
    }

    destroy(): void {
      this.destroyed = true
      this.set(0, 0, 0, 0, 0)
      clean(this.buffer)
    }
  }
  return Sha1 as unknown as new () => unknown
}
