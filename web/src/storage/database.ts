import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Entry } from '../outbox/entry.ts'

export interface Tables extends DBSchema {
  outbox: { key: string; value: Entry }
  /** The latest answers of the API, for use offline. Keys begin with the account's id and a colon. */
  answers: { key: string; value: unknown }
}

/** Undefined if the browser refuses it, as in some private tabs. */
export const database: Promise<IDBPDatabase<Tables> | undefined> = open().catch(() => undefined)

/** An async function, because some browsers throw synchronously. */
async function open(): Promise<IDBPDatabase<Tables>> {
  return openDB<Tables>('occupy', 1, {
    upgrade(db) {
      db.createObjectStore('outbox', { keyPath: 'key' })
      db.createObjectStore('answers')
    },
    // A later release in another tab must change the database. This tab continues in memory.
    blocking: (_current, _wanted, event) => (event.target as IDBDatabase).close(),
  })
}
