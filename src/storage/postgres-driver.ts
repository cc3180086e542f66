import { createRequire } from 'node:module'
import type pg from 'pg'
import { once } from '../shared/once.ts'

const require = createRequire(import.meta.url)

/** Loaded where the database is PostgreSQL only. */
export const postgresDriver = once(() => {
  const driver = require('pg') as typeof pg
  // Ids, epoch seconds and counts all lie well inside 2^53.
  driver.types.setTypeParser(driver.types.builtins.INT8, Number)
  driver.types.setTypeParser(driver.types.builtins.NUMERIC, Number)
  return driver
})
