import { Kysely, type SqliteDatabase, sql } from 'kysely'
import { createGroupCommit } from '../group-commit.ts'
import { runAtOnce } from '../statement.ts'
import type { Storage } from '../storage.ts'
import type { Tables } from '../tables.ts'
import { createReadSnapshot } from './read-snapshot.ts'
import { NodeSqliteDialect, openSqliteDatabase, servingBusyTimeoutMs, setBusyTimeout } from './sqlite-database.ts'
import { createWriteCheck } from './sqlite-disk.ts'
import { makePrivate, watchFile } from './sqlite-file.ts'

/**
 * Uses two connections, so that reads never wait for a write and never see uncommitted data.
 * @param alone whether the caller knows that no other process has the file open
 */
export function openSqlite(path: string, { alone = false } = {}): Storage {
  if (path !== ':memory:') makePrivate(path)
  const writeDatabase = openSqliteDatabase(path)
  // The group commit does its own waiting, without blocking the event loop.
  setBusyTimeout(writeDatabase, 0)
  const writer = connect(writeDatabase)
  const readDatabase = openSqliteDatabase(path)
  setBusyTimeout(readDatabase, servingBusyTimeoutMs)
  const snapshot = createReadSnapshot(readDatabase)
  const reader = connect(readDatabase, snapshot.enter)
  const assertFile = path === ':memory:' ? async () => undefined : watchFile(path)
  const groupCommit = createGroupCommit({
    connection: writer,
    endSnapshot: snapshot.end,
    alone,
    onUnavailable: () => writeCheck.noteFailure(),
  })
  const writeCheck = createWriteCheck(path, groupCommit.write)
  return {
    kind: 'sqlite',
    db: reader,
    readTogether: snapshot.enterTogether,
    write: groupCommit.write,
    ping: async () => {
      await assertFile()
      await sql`select 1 from settings limit 1`.execute(reader)
      await writeCheck.assertWritable()
    },
    close: async () => {
      await groupCommit.idle()
      snapshot.end()
      await reader.destroy()
      await writer.destroy()
      // Kysely does not close a database that was only queried directly.
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
