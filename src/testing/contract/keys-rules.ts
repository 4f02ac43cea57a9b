import type { RecordStore } from '../../stores/record-store.ts'
import { holds, mustPut, type Rule } from './trial.ts'

const NAMES = [
  'B',
  'a',
  '_',
  '-',
  '.',
  '0',
  '10',
  '9',
  'A',
  'aa',
  'a.',
  'a-',
  'a_',
  'a0',
  'aA',
  'Z',
  'z',
  '~',
  '!',
  ' ',
  'u1.x',
  'u1.X',
  'b',
  'ab',
  'abc',
]
const MANY_PAGES = 10_000

/** The listing that maintenance walks by. */
export const keysRules: readonly Rule[] = [
  {
    name: 'keys(): byte order, pages, each key once',
    async check({ store, key }) {
      const wanted = NAMES.map((name) => key(`list.${name}`)).sort()
      for (const each of [...wanted].reverse()) await mustPut(store, each, 'value', null)
      const deleted = key('list.deleted')
      await store.delete(deleted, { expected: await mustPut(store, deleted, 'value', null) })
      for (const limit of [1000, 7, 1]) {
        const listed = (await walk(store, key('list.'), limit)).filter((each) =>
          each.startsWith(key('list.')),
        )
        holds(!listed.includes(deleted), 'keys() lists a deleted key')
        holds(
          new Set(listed).size === listed.length,
          `keys() in pages of ${limit} lists a key twice: after is exclusive`,
        )
        holds(
          wanted.every((each) => listed.includes(each)),
          `keys() in pages of ${limit} leaves keys out`,
        )
        const ordered = wanted.every((each, index) => each === listed[index])
        holds(
          ordered,
          'keys() is not in byte order ("B" < "_" < "a"): order by a binary type or collation, or sort by code unit',
        )
      }
    },
  },
  {
    name: 'keys(): after need not be a key itself, and nothing follows the last',
    async check({ store, key }) {
      const [first, second] = [key('list.b'), key('list.d')]
      for (const each of [first, second]) await mustPut(store, each, 'value', null)
      const words =
        'keys({ after }) must give the keys greater than after, whether or not it is one'
      holds((await store.keys({ after: key('list.a'), limit: 1 }))[0] === first, words)
      holds((await store.keys({ after: key('list.c'), limit: 1 }))[0] === second, words)
      holds((await store.keys({ after: first, limit: 1 }))[0] === second, words)
      holds((await store.keys({ after: '~'.repeat(512) })).length === 0, words)
      holds(
        (await store.keys({ limit: 1 })).length === 1,
        'keys({ limit: 1 }) without after must give the first key',
      )
    },
  },
]

async function walk(store: RecordStore, start: string, limit: number): Promise<string[]> {
  const listed: string[] = []
  let after = start
  for (let pages = 0; pages < MANY_PAGES; pages++) {
    const page = await store.keys({ after, limit })
    holds(page.length <= limit, `keys({ limit: ${limit} }) returned more than that`)
    listed.push(...page)
    const last = page.at(-1)
    if (last === undefined || !last.startsWith(start)) return listed
    holds(last > after, 'keys({ after }) returned a page that does not end after it, in byte order')
    after = last
  }
  return listed
}
