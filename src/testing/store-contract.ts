import { KeystepError } from '../errors.ts'
import type { RecordStore } from '../stores/record-store.ts'
import { checkedStore } from './contract/checked-store.ts'
import { expiryRules } from './contract/expiry-rules.ts'
import { failureRules } from './contract/failure-rules.ts'
import { keysRules } from './contract/keys-rules.ts'
import { raceRules } from './contract/race-rules.ts'
import { readRules } from './contract/read-rules.ts'
import { swapRules } from './contract/swap-rules.ts'
import { textRules } from './contract/text-rules.ts'
import type { Rule } from './contract/trial.ts'

/** A store with what the kit needs to try it in full. Give as much as the engine can. */
export interface StoreUnderTest {
  store: RecordStore
  /** The same records through a second connection: races and reads then go over both. */
  otherStore?: RecordStore | undefined
  /**
   * For engines with transactions. Begins a transaction as a portal would around a request (on the
   * same handle, where the handle can be in one), awaits `work`, rolls back, and resolves. The kit
   * writes through `store` meanwhile: what was acknowledged must survive.
   */
  rollback?: ((work: () => Promise<void>) => Promise<void>) | undefined
  /**
   * An adapter of the same kind over an engine that fails: a closed connection, a table that is not
   * there.
   */
  brokenStore?: RecordStore | undefined
  /** Called at the end of each case. */
  close?: (() => unknown) | undefined
}

/**
 * Makes the store for one case. Cases use keys of their own and delete them, so all may share one
 * table.
 */
export type MakeStore = () => RecordStore | StoreUnderTest | Promise<RecordStore | StoreUnderTest>

/** One test of the kit, for any runner: `test(name, run)`. */
export interface ContractCase {
  readonly name: string
  /**
   * Rejects with `ERR_CONFORMANCE` and words for the adapter's author. Pass the runner's test
   * context on, where it gives one: a case that needs something that `makeStore` did not give then
   * calls its `skip(reason)`; without a context it does nothing, and its name says why.
   */
  readonly run: (...context: readonly unknown[]) => Promise<void>
}

const RULES = [
  swapRules,
  textRules,
  keysRules,
  raceRules,
  readRules,
  expiryRules,
  failureRules,
].flat()

/**
 * The store contract as tests, for an adapter of your own:
 *
 * ```ts
 * // vitest, node:test, Deno.test and bun:test take it alike
 * for (const { name, run } of storeContract(() => myStore(db))) test(name, run)
 * ```
 *
 * It tries creates, swaps and deletes at right, outdated and reused versions, texts byte for byte,
 * listing, expiry, 50-way races, reads on a second connection, a rolled-back transaction around a
 * write (V3), and a failing engine. A store that passes may carry a second factor.
 */
export function storeContract(makeStore: MakeStore): readonly ContractCase[] {
  return RULES.map((rule) => ({
    name: rule.needs ? `${rule.name} [needs ${rule.needs}]` : rule.name,
    run: (...context: readonly unknown[]) => runRule(rule, makeStore, context[0]),
  }))
}

async function runRule(rule: Rule, makeStore: MakeStore, context: unknown): Promise<void> {
  const made = await makeStore()
  const {
    store: bare,
    otherStore,
    rollback,
    brokenStore,
    close,
  }: StoreUnderTest = 'store' in made ? made : { store: made }
  const store = checkedStore(bare)
  const prefix = `kit.${crypto.randomUUID()}.`
  const used = new Set<string>()
  const key = (name = ''): string => {
    used.add(prefix + name)
    return prefix + name
  }
  try {
    if (rule.needs && !{ rollback, brokenStore }[rule.needs])
      skip(context, `makeStore gave no ${rule.needs}`)
    else
      await rule.check({
        store,
        other: otherStore ? checkedStore(otherStore) : store,
        key,
        rollback,
        brokenStore,
      })
  } catch (error) {
    if (!(error instanceof KeystepError) || error.code !== 'ERR_CONFORMANCE') throw error
    throw new KeystepError('ERR_CONFORMANCE', `${rule.name}: ${error.message}`, {
      cause: error.cause,
    })
  } finally {
    await cleanUp(bare, used)
    await close?.()
  }
}

/**
 * Vitest's and node:test's contexts have `skip`; the reason then stands in the runner's own report.
 */
function skip(context: unknown, reason: string): void {
  const candidate = context as { skip?: unknown } | null | undefined
  if (typeof candidate?.skip === 'function')
    (candidate as { skip: (reason: string) => void }).skip(reason)
}

/** What a broken store leaves behind must not hide what the rule found. */
async function cleanUp(store: RecordStore, keys: ReadonlySet<string>): Promise<void> {
  for (const key of keys) {
    try {
      const record = await store.get(key)
      if (record) await store.delete(key, { expected: record.version })
    } catch {
      return
    }
  }
}
