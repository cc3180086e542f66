import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Entry } from '../outbox/entry.ts'

export interface Tables extends DBSchema {
  outbox: { key: string; value: Entry }
  /** The latest answers of the API, to be shown without a network. Keys begin with the account's id and a colon. */
  answers: { key: string; value: unknown }
}

/** Undefined where the browser refuses it, as some private tabs do. */
export const database: Promise<IDBPDatabase<Tables> | undefined> = open().catch(() => undefined)

/** A function, since some browsers refuse by throwing at once. */
async function open(): Promise<IDBPDatabase<Tables>> {
  return openDB<Tables>('occupy', 1, {
    upgrade(db) {
      db.createObjectStore('outbox', { keyPath: 'key' })
      db.createObjectStore('answers')
    },
    // A later release in another tab has to change it: this tab continues in memory.
    blocking: (_current, _wanted, event) => (event.target as IDBDatabase).close(),
  })
}
