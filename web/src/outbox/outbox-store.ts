import { database } from '../storage/database.ts'
import type { Change, Entry } from './entry.ts'

/** Stores entries beyond the life of the page, or in memory if the browser allows no storage. */
export interface OutboxStore {
  isLasting: boolean
  read(): Promise<readonly Entry[]>
  /** Applies a change in one transaction, so that tabs do not interfere and a change is never stored in part. */
  change(change: Change): Promise<Changed>
}

export interface Changed {
  before: readonly Entry[]
  after: readonly Entry[]
}

export async function openOutboxStore(): Promise<OutboxStore> {
  const db = await database
  if (db === undefined) return memoryStore([])
  return {
    isLasting: true,
    read: () => db.getAll('outbox'),
    async change(change) {
      const transaction = db.transaction('outbox', 'readwrite', { durability: 'strict' })
      const { store, done } = transaction
      const before = await store.getAll()
      const after = change(before)
      const keys = new Set(after.map(({ key }) => key))
      for (const entry of after) if (!before.includes(entry)) void store.put(entry)
      for (const { key } of before) if (!keys.has(key)) void store.delete(key)
      await done
      return { before, after }
    },
  }
}

export function memoryStore(entries: readonly Entry[]): OutboxStore {
  let all = entries
  return {
    isLasting: false,
    read: async () => all,
    async change(change) {
      const before = all
      all = change(before)
      return { before, after: all }
    },
  }
}
