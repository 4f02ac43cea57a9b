import type { Collection } from 'mongodb'
import type { RecordStore } from 'keystep/stores'

type Stored = { _id: string; value: string; version: string; expiresAt?: Date | undefined }
const writing = { writeConcern: { w: 'majority', journal: true } } as const
/** Majority and more: a primary that was voted out and does not know it yet does not answer. */
const reading = { readConcern: 'linearizable', readPreference: 'primary', maxTimeMS: 5000 } as const

/** Over a collection of the portal's replica set, without a collation and without a session. */
export function mongoStore(records: Collection<Stored>): RecordStore {
  return {
    async get(key) {
      const found = await records.findOne({ _id: key }, reading)
      return found && { value: found.value, version: found.version }
    },
    async put(key, value, { expected, expiresAt }) {
      const version = crypto.randomUUID()
      const expiry = expiresAt ? { expiresAt: new Date(expiresAt.getTime() + 86_400_000) } : {}
      if (expected === null) {
        try {
          await records.insertOne({ _id: key, value, version, ...expiry }, writing)
          return version
        } catch (error) {
          if ((error as { code?: unknown }).code === 11000) return null
          throw error
        }
      }
      const change = {
        $set: { value, version, ...expiry },
        ...(expiresAt ? {} : { $unset: { expiresAt: true as const } }),
      }
      const before = await records.findOneAndUpdate(
        { _id: key, version: expected },
        change,
        writing,
      )
      return before && version
    },
    async delete(key, { expected }) {
      const before = await records.findOneAndDelete({ _id: key, version: expected }, writing)
      return before ? 'deleted' : 'changed'
    },
    async keys({ after = '', limit = 1000 } = {}) {
      const found = records.find(
        { _id: { $gt: after } },
        { readPreference: 'primary', readConcern: 'majority' },
      )
      return (
        await found.project<{ _id: string }>({ _id: 1 }).sort({ _id: 1 }).limit(limit).toArray()
      ).map(({ _id }) => _id)
    },
  }
}
