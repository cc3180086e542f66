import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

/** Every statement that either driver gets from now on, once each. */
export function recordSql(): { statements: Set<string>; stop(): void } {
  const statements = new Set<string>()
  const { prepare } = DatabaseSync.prototype
  const { query } = pg.Client.prototype
  DatabaseSync.prototype.prepare = function (sql, ...rest) {
    statements.add(sql)
    return prepare.call(this, sql, ...rest)
  }
  pg.Client.prototype.query = function (this: pg.Client, ...words: unknown[]) {
    if (typeof words[0] === 'string') statements.add(words[0])
    return Reflect.apply(query, this, words)
  } as typeof query
  return {
    statements,
    stop() {
      DatabaseSync.prototype.prepare = prepare
      pg.Client.prototype.query = query
    },
  }
}
