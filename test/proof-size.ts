/**
 * The sizes of `npm run proof` for `*.proof.test.ts`; the suite of every day runs the same tests
 * smaller.
 */
export function proofSize(o: { proof: number; daily: number }): number {
  return process.env['KEYSTEP_PROOF'] === '1' ? o.proof : o.daily
}
