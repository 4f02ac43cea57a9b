import { keyById, keysOf } from '../crypto/keyring.ts'
import { KeystepError } from '../errors.ts'
import { type Canary, checkOf, keysInUse, readCanary, requireKnown } from './canary.ts'
import { emit } from '../record/events.ts'
import { canaryKey } from '../record/record-key.ts'
import { requireThat, type Settings } from '../record/settings.ts'
import { staffOf } from './staff.ts'
import { readStored, writeStored } from '../record/stored.ts'
import { untilSwapped } from '../record/swap-loop.ts'

/** Input of `maintenance.checkKeyring`: nothing, or who replaces the check, and why. */
export interface CheckKeyringInput {
  /** Gives up every key that the keyring has not: for a keyring that was lost. */
  replace?: true | undefined
  /** With `replace`: 1 character or more, kept cut to 64. */
  actor?: string | undefined
  /** With `replace`: 1 character or more, kept cut to 300. */
  reason?: string | undefined
}

/** What `maintenance.checkKeyring` found and did. */
export interface KeyringReport {
  /** Whether there was no check before, or it was replaced. */
  readonly created: boolean
  /** Ids of keys that the check learned now. */
  readonly added: readonly string[]
  /** Ids that the check knows and this keyring has not: keys that were retired, or were lost. */
  readonly missing: readonly string[]
}

/** `maintenance.checkKeyring`. */
export async function checkKeyring(
  settings: Settings,
  input: CheckKeyringInput = {},
): Promise<KeyringReport> {
  const { replace, actor, reason } = input
  const asked: unknown = replace
  requireThat(asked === undefined || asked === true, 'replace is true or left out')
  return untilSwapped(async () => {
    const done = replace
      ? await replaceCanary(settings, staffOf({ actor: actor!, reason: reason! }))
      : await checkCanary(settings)
    return done ? { done } : 'lost'
  })
}

/** Null when somebody else wrote meanwhile. */
async function checkCanary(settings: Settings): Promise<KeyringReport | null> {
  const held = await readCanary(settings)
  if (!held) return createCanary(settings)
  const { canary, version } = held
  await requireKnown(settings, canary)
  const known = new Set(canary.checks.map(({ id }) => id))
  const fresh = keysOf(settings.keyring).filter(({ id }) => !known.has(id))
  const missing = [...known, ...canary.lost].filter((id) => !keyById(settings.keyring, id))
  const report = { created: false, added: fresh.map(({ id }) => id), missing }
  const { currentId } = settings.keyring
  if (fresh.length === 0 && canary.current.includes(currentId)) return report
  const checks = await Promise.all(fresh.map((entry) => checkOf(settings, entry, false)))
  const grown: Canary = {
    ...canary,
    checks: [...canary.checks, ...checks],
    current: canary.current.includes(currentId) ? canary.current : [...canary.current, currentId],
    lost: canary.lost.filter((id) => !keyById(settings.keyring, id)),
  }
  return (await write(settings, grown, version)) ? report : null
}

/**
 * Only a keyring that opens what is there, or finds nothing there, may say which keys are right.
 */
async function createCanary(settings: Settings): Promise<KeyringReport | null> {
  const { ids, opened } = await keysInUse(settings)
  if ([...ids].some((id) => !opened.has(id))) {
    throw new KeystepError(
      'ERR_KEYRING',
      'there are records that this keyring does not open: see maintenance.summarize',
    )
  }
  const canary = await canaryOf(settings, [])
  return (await write(settings, canary, null))
    ? { created: true, added: addedBy(canary), missing: [] }
    : null
}

async function replaceCanary(
  settings: Settings,
  staff: { actor: string; reason: string },
): Promise<KeyringReport | null> {
  const found = await readStored(settings.store, canaryKey(settings.realm))
  const before = await readCanary(settings).catch(() => null)
  const known = before ? [...before.canary.checks.map(({ id }) => id), ...before.canary.lost] : []
  const { ids } = await keysInUse(settings)
  const lost = [...new Set([...known, ...ids])].filter((id) => !keyById(settings.keyring, id))
  const now = settings.now()
  const canary: Canary = { ...(await canaryOf(settings, lost)), replaced: { at: now, ...staff } }
  if (!(await write(settings, canary, found?.version ?? null))) return null
  const keyIds = addedBy(canary)
  if (settings.onEvent) {
    const event = {
      type: 'keyring.replaced',
      ...staff,
      keyIds,
      at: new Date(now),
      userId: '',
    } as const
    emit(settings.onEvent, settings.onError, [event])
  }
  return { created: true, added: keyIds, missing: lost }
}

async function canaryOf(settings: Settings, lost: readonly string[]): Promise<Canary> {
  const checks = await Promise.all(
    keysOf(settings.keyring).map((entry) => checkOf(settings, entry, true)),
  )
  return { canary: 1, checks, current: [settings.keyring.currentId], lost }
}

function addedBy({ checks }: Canary): string[] {
  return checks.map(({ id }) => id)
}

function write(
  { store, realm }: Settings,
  canary: Canary,
  expected: string | null,
): Promise<boolean> {
  return writeStored(store, canaryKey(realm), JSON.stringify(canary), { expected })
}
