import { holds, mustHold, mustPut, type Rule } from './trial.ts'

const HOUR = 3_600_000

/** Expiry is housekeeping: it may remove a record, and decides nothing. */
export const expiryRules: readonly Rule[] = [
  {
    name: 'expiry: a record is an ordinary one until it is dropped',
    async check({ store, key }) {
      const version = await mustPut(store, key(), 'first', null, new Date(Date.now() + HOUR))
      await mustHold(store, key(), 'first', version, 'an hour before expiresAt')
      holds(
        (await store.put(key(), 'other', { expected: null })) === null,
        'put with expected null overwrote a record that has an expiresAt',
      )
      const swapped = await mustPut(store, key(), 'second', version, new Date(Date.now() + HOUR))
      await mustHold(store, key(), 'second', swapped, 'an hour before expiresAt, swapped')
      holds(
        (await store.delete(key(), { expected: swapped })) === 'deleted',
        'delete at the current version returned changed, for a record with an expiresAt',
      )
    },
  },
  {
    name: 'expiry: a record past its expiresAt is there or gone, never half',
    async check({ store, key }) {
      const words =
        'get must not hide what put still finds: leave the decision what has expired to the caller, and drop whole records'
      const put = await mustPut(store, key(), 'first', null, new Date(Date.now() - HOUR))
      const record = await store.get(key())
      const created = await store.put(key(), 'second', { expected: null })
      if (record === null) {
        holds(
          created !== null,
          `get returned null past expiresAt, yet put with expected null was refused. ${words}`,
        )
      } else {
        holds(
          created === null,
          `get returned a record past its expiresAt, yet put with expected null overwrote it. ${words}`,
        )
        holds(
          (await store.put(key(), 'second', { expected: put })) !== null,
          `get returned a record past its expiresAt, yet a swap was refused. ${words}`,
        )
      }
    },
  },
  {
    name: 'expiry: a put without expiresAt takes an earlier one back',
    async check({ store, key }) {
      const first = await mustPut(store, key(), 'first', null, new Date(Date.now() + 400))
      const second = await mustPut(store, key(), 'second', first)
      await new Promise((resolve) => setTimeout(resolve, 1600))
      const record = await store.get(key())
      holds(
        record !== null,
        'a record was dropped that was last put without expiresAt: clear the engine\'s expiry on every put (a lost user record is "no second factor")',
      )
      await mustHold(store, key(), 'second', second, 'after the expiry that was taken back')
    },
  },
]
