import type { RecordStore } from '../../stores/record-store.ts'
import { holds, mustHold, mustPut, type Rule } from './trial.ts'

const KILO = 1000
const UNICODE =
  '\u00e9 e\u0301 \u00df \u0131 \u4f60\u597d \u05e9\u05dc\u05d5\u05dd \u{1f511}\u{1f468}\u200d\u{1f4bb} \u2028\u2029 \ufeff\ufffd\uffff \u{10ffff}'
const VALUES: readonly (readonly [string, string])[] = [
  ['one character', 'x'],
  ['64,000 characters', 'k1._-Zz09'.repeat(8 * KILO).slice(0, 64 * KILO)],
  ['unicode of every length', UNICODE],
  ['nearly 64,000 bytes of unicode', '\u{1f511}\u00e9'.repeat(10_600)],
  ['control characters and line ends', '\u0001\u0008\t\r\n\n\r\u001a\u001b\u007f\u0085'],
  ['spaces at both ends', '  text  '],
  [
    'quotes, backslashes and placeholders',
    `'"\`\\'' \\\\ \\x00 $1 ? :a @b %s \${c} {{d}} -- ; /* */`,
  ],
  ['something like a number, null or JSON', '0123e4'],
  ['the word null', 'null'],
  ['a JSON text', '{"a": 1,  "a": 2}'],
]
const KEYS: readonly (readonly [string, string])[] = [
  ['single quotes', "it's ''quoted''"],
  ['double quotes and backticks', '"a" `b`'],
  ['colons, slashes and points', 'a:b::c/d//e.f..'],
  ['percent signs and underscores', '100%_%25_a'],
  ['patterns', 'a*?[b-c]{d}(e)^$|+'],
  ['backslashes', 'a\\b\\\\c\\'],
  ['SQL', "'; DROP TABLE keystep_records; --"],
  ['spaces', ' a  b '],
  ['placeholders', '$1 ? :a @b %s'],
]

/** Values and keys as they are, whatever is in them. */
export const textRules: readonly Rule[] = [
  {
    name: 'values: up to 64,000 bytes and any unicode, byte for byte',
    async check({ store, other, key }) {
      for (const [what, value] of VALUES) {
        const created = await mustPut(store, key(what), value, null)
        await mustHold(other, key(what), value, created, `for a value of ${what}`)
        const next = value.replace(/./u, 'y')
        await mustHold(
          other,
          key(what),
          next,
          await mustPut(store, key(what), next, created),
          `for a value of ${what}, swapped`,
        )
      }
    },
  },
  {
    name: 'keys: quotes, colons, percent signs, patterns, 512 characters',
    async check({ store, key }) {
      const long = key('long').padEnd(511, 'x')
      await eachApart(store, [
        ...KEYS.map(([what, text]): [string, string] => [what, key(text)]),
        ['512 characters', `${long}1`],
        ['512 characters', `${long}2`],
      ])
    },
  },
  {
    name: 'keys: compared byte by byte',
    async check({ store, key }) {
      const names = [
        'user',
        'User',
        'USER',
        'user ',
        ' user',
        'user-',
        'us-er',
        'user_',
        'userx',
        'use',
        '10',
        '010',
        '1e1',
        '10.0',
      ]
      await eachApart(
        store,
        names.map((name) => ['a near twin', key(name)]),
      )
    },
  },
]

/** Each key must lead to its own record, through every method. */
async function eachApart(
  store: RecordStore,
  keys: readonly (readonly [what: string, key: string])[],
): Promise<void> {
  const words =
    'Bind keys as parameters, and make the key column compare bytes (a binary type or collation, no padding, no shortened index)'
  const versions = new Map<string, string>()
  for (const [what, key] of keys) {
    const version = await store.put(key, `value of ${key}`, { expected: null })
    holds(
      version !== null,
      `create was refused for a key with ${what}: another key was taken for it. ${words}`,
    )
    versions.set(key, version)
  }
  for (const [what, key] of keys)
    await mustHold(
      store,
      key,
      `value of ${key}`,
      versions.get(key)!,
      `for a key with ${what}. ${words}`,
    )
  const listed = await ownKeys(
    store,
    keys.map(([, key]) => key),
  )
  for (const [what, key] of keys)
    holds(listed.has(key), `keys() lists a key with ${what} not as it was put`)
  for (const [what, key] of keys) {
    const word = await store.delete(key, { expected: versions.get(key)! })
    holds(word === 'deleted', `delete failed for a key with ${what}. ${words}`)
    holds(
      (await store.get(key)) === null,
      `get returned a record after the delete of a key with ${what}. ${words}`,
    )
  }
}

async function ownKeys(store: RecordStore, wanted: readonly string[]): Promise<Set<string>> {
  const sorted = [...wanted].sort()
  const found = new Set<string>()
  const last = sorted.at(-1)!
  for (let after = sorted[0]!.slice(0, -1); ;) {
    const page = await store.keys({ after })
    for (const key of page) found.add(key)
    const end = page.at(-1)
    if (end === undefined || end <= after || end >= last) return found
    after = end
  }
}
