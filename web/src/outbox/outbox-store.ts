import { database } from '../storage/database.ts'
import type { Entry } from './entry.ts'

/** Where entries outlast the page. In a tab that may keep nothing they live as long as it. */
export interface OutboxStore {
  isLasting: boolean
  read(): Promise<Entry[]>
  /** Puts and removes in one step, so that a kill in between leaves no half. */
  write(put: readonly Entry[], removed: readonly string[]): Promise<void>
}

export async function openOutboxStore(): Promise<OutboxStore> {
  const db = await database
  if (db === undefined) return { isLasting: false, read: async () => [], write: async () => undefined }
  return {
    isLasting: true,
    read: () => db.getAll('outbox'),
    write: async (put, removed) => {
      const transaction = db.transaction('outbox', 'readwrite', { durability: 'strict' })
      for (const entry of put) void transaction.store.put(entry)
      for (const key of removed) void transaction.store.delete(key)
      await transaction.done
    },
  }
}
