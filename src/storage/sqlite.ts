import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely, sql } from 'kysely'
import { createGroupedWriter } from './grouped-writer.ts'
import { NodeSqliteDialect, openSqliteDatabase } from './sqlite-database.ts'
import { runAtOnce } from './statement.ts'
import type { Storage } from './storage.ts'
import type { Tables } from './tables.ts'

/** Two connections: reads never wait behind a write, and never see one that is not committed. */
export function openSqlite(path: string): Storage {
  if (path !== ':memory:') makePrivate(path)
  const writer = connect(path)
  const reader = connect(path)
  const groupedWriter = createGroupedWriter(writer)
  return {
    kind: 'sqlite',
    db: reader,
    write: groupedWriter.write,
    ping: async () => {
      await sql`select 1 from settings limit 1`.execute(reader)
    },
    close: async () => {
      await groupedWriter.idle()
      await reader.destroy()
      await writer.destroy()
    },
  }
}

function connect(path: string): Kysely<Tables> {
  const database = openSqliteDatabase(path)
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(database) })
  runAtOnce(db, (text, parameters) => database.prepare(text).all(parameters))
  return db
}

/** Folder and file are the service's own; SQLite gives the files beside it the same mode. What stands there keeps its mode. */
function makePrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
}
