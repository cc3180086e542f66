import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely, sql } from 'kysely'
import { createGroupedWriter } from './grouped-writer.ts'
import { NodeSqliteDialect, openSqliteDatabase } from './sqlite-database.ts'
import type { Storage } from './storage.ts'
import type { Tables } from './tables.ts'

/** Two connections: reads never wait behind a write, and never see one that is not committed. */
export function openSqlite(path: string): Storage {
  mkdirSync(dirname(path), { recursive: true })
  const open = () => new Kysely<Tables>({ dialect: new NodeSqliteDialect({ database: openSqliteDatabase(path) }) })
  const writer = open()
  const reader = open()
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
