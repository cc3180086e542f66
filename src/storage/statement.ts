import { type CompiledQuery, type RawBuilder, SqliteAdapter, sql } from 'kysely'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import type { Db } from './storage.ts'

/** Placeholders in a statement. Each run supplies their values. */
export type Parameters<P> = { readonly [K in keyof P]-?: RawBuilder<Exclude<P[K], undefined>> }

type RunNow = (sql: string, parameters: readonly unknown[]) => unknown[]

class Parameter {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** Shared by all statements: a parameter is identified by its name alone. */
const parameters = new Proxy<Record<string, RawBuilder<unknown>>>(
  {},
  { get: (made, name: string) => (made[name] ??= sql`${new Parameter(name)}`) },
)

const runners = new WeakMap<Db, RunNow>()

/** Makes `run` execute the statements on `db` immediately, without the event loop turns that Kysely takes to find a connection. */
export function runAtOnce(db: Db, run: RunNow): void {
  runners.set(db, run)
}

export function isSqlite(db: Db): boolean {
  return runners.has(db) || db.getExecutor().adapter instanceof SqliteAdapter
}

export interface Statement<P, R> {
  all(db: Db, values: P): MaybePromise<R[]>
  first(db: Db, values: P): MaybePromise<R | undefined>
}

/**
 * A query that is built and compiled once for each kind of database, for code paths where building it would cost more
 * than running it.
 */
export function statement<P extends object, R>(
  build: (db: Db, parameters: Parameters<P>) => CompiledQuery<R>,
): Statement<P, R> {
  const compiled: { sqlite?: CompiledQuery; postgres?: CompiledQuery } = {}

  function all(db: Db, values: P): MaybePromise<R[]> {
    const run = runners.get(db)
    const kind = run || isSqlite(db) ? 'sqlite' : 'postgres'
    compiled[kind] ??= build(db, parameters as Parameters<P>)
    const query = compiled[kind]
    const bound = query.parameters.map((value) =>
      value instanceof Parameter ? (values as Record<string, unknown>)[value.name] : value,
    )
    if (run) return run(query.sql, bound) as R[]
    return db.executeQuery({ ...query, parameters: bound }).then(({ rows }) => rows as R[])
  }

  return { all, first: (db, values) => andThen(all(db, values), ([row]) => row) }
}

/** A family of statements, each created when its shape is first used. */
export function statementsByShape<S, P extends object, R>(make: (shape: S) => Statement<P, R>) {
  const made = new Map<string, Statement<P, R>>()
  return (shape: S): Statement<P, R> => {
    const key = JSON.stringify(shape)
    const known = made.get(key) ?? make(shape)
    made.set(key, known)
    return known
  }
}
