import { Kysely, type SqliteDatabase, sql } from 'kysely'
import { createGroupedWriter } from './grouped-writer.ts'
import { createReadSnapshot } from './read-snapshot.ts'
import { NodeSqliteDialect, openSqliteDatabase } from './sqlite-database.ts'
import { makePrivate, watchFile } from './sqlite-file.ts'
import { runAtOnce } from './statement.ts'
import type { Storage } from './storage.ts'
import type { Tables } from './tables.ts'

/** Two connections: reads never wait behind a write, and never see one that is not committed. */
export function openSqlite(path: string): Storage {
  if (path !== ':memory:') makePrivate(path)
  const { database: writeDatabase, countWrites } = counted(openSqliteDatabase(path))
  const writer = connect(writeDatabase)
  const readDatabase = openSqliteDatabase(path)
  const snapshot = createReadSnapshot(readDatabase)
  const reader = connect(readDatabase, snapshot.enter)
  const assertFile = path === ':memory:' ? async () => undefined : watchFile(path)
  const groupedWriter = createGroupedWriter(writer, countWrites, snapshot.end)
  return {
    kind: 'sqlite',
    db: reader,
    readTogether: snapshot.enterTogether,
    write: groupedWriter.write,
    ping: async () => {
      await assertFile()
      await sql`select 1 from settings limit 1`.execute(reader)
    },
    close: async () => {
      await groupedWriter.idle()
      snapshot.end()
      await reader.destroy()
      await writer.destroy()
      // Kysely closes none that was asked past it only.
      readDatabase.close()
      writeDatabase.close()
    },
  }
}

function connect(database: SqliteDatabase, beforeEach: () => void = () => undefined): Kysely<Tables> {
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(database) })
  runAtOnce(db, (text, parameters) => {
    beforeEach()
    return database.prepare(text).all(parameters)
  })
  return db
}

/** Knows how many statements it was asked for that were no reads. */
function counted(database: SqliteDatabase) {
  let writes = 0
  const prepare: SqliteDatabase['prepare'] = (sql) => {
    if (!sql.startsWith('select ')) writes++
    return database.prepare(sql)
  }
  return { database: { ...database, prepare }, countWrites: () => writes }
}
