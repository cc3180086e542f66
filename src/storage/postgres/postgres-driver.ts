import pg from 'pg'
import { once } from '../../shared/once.ts'

/** node-postgres, with `bigint` and `numeric` values parsed as numbers. */
export const postgresDriver = once(() => {
  // Ids, epoch seconds and counts are all far below 2^53.
  pg.types.setTypeParser(pg.types.builtins.INT8, Number)
  pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number)
  return pg
})
