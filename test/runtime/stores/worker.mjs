import { DurableObject } from 'cloudflare:workers'
import postgres from 'postgres'
import { d1Store } from 'keystep/stores/d1'
import { durableObjectStore } from 'keystep/stores/durable-object'
import { postgresStore } from 'keystep/stores/postgres'
import { storeContract } from 'keystep/testing'

/**
 * Runs the kit inside of workerd, and answers with a report: `{ name, outcome, words? }` for each
 * case.
 */
async function report(makeStore) {
  const results = []
  for (const { name, run } of storeContract(makeStore)) {
    let skipped
    const context = { skip: (reason) => (skipped = reason) }
    const words = await run(context).then(
      () => skipped,
      (error) => `${error.message} ${error.cause?.message ?? ''}`,
    )
    results.push({
      name,
      outcome: words === undefined ? 'passed' : words === skipped ? 'skipped' : 'failed',
      words,
    })
  }
  return Response.json(results)
}

export class Box extends DurableObject {
  async fetch() {
    const { storage } = this.ctx
    const brokenStorage = {
      transaction: () => Promise.reject(new Error('storage is gone')),
      list: () => Promise.reject(new Error('storage is gone')),
    }
    return report(() => ({
      store: durableObjectStore(storage),
      otherStore: durableObjectStore(storage),
      brokenStore: durableObjectStore(brokenStorage),
    }))
  }
}

const engines = {
  async 'd1'(env) {
    await Promise.all([d1Store(env.DB).migrate(), d1Store(env.DB).migrate()])
    return report(() => ({
      store: d1Store(env.DB),
      otherStore: d1Store(env.DB),
      brokenStore: d1Store(env.DB, { table: 'no_such_table' }),
    }))
  },
  'durable-object': (env) => env.BOX.get(env.BOX.idFromName('one')).fetch('http://box'),
  async 'postgres'(env) {
    const [one, two] = [0, 1].map(() => postgres(env.POSTGRES_URL, { max: 4, fetch_types: false }))
    const [table, store] = [
      env.TABLE,
      (sql, name = env.TABLE) => postgresStore(sql, { table: name }),
    ]
    await Promise.all([store(one).migrate(), store(two).migrate()])
    const rollback = async (work) => {
      const rolledBack = new Error('rolled back')
      const begun = one.begin(async () => {
        await work()
        throw rolledBack
      })
      await begun.catch((error) => {
        if (error !== rolledBack) throw error
      })
    }
    const response = await report(() => ({
      store: store(one),
      otherStore: store(two),
      brokenStore: store(one, 'no_such_table'),
      rollback,
    }))
    await one.unsafe(`DROP TABLE ${table}`)
    await Promise.all([one.end(), two.end()])
    return response
  },
}

export default {
  async fetch(request, env) {
    try {
      return await engines[new URL(request.url).pathname.slice(1)](env)
    } catch (error) {
      return new Response(error.stack, { status: 500 })
    }
  },
}
