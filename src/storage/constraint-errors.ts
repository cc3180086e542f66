const sqliteUnique = 2067
const sqlitePrimaryKey = 1555
const postgresUnique = '23505'

/** The violated uniqueness constraint (PostgreSQL's constraint name, or SQLite's `table.column`), or undefined for any other error. */
export function violatedUniqueness(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { errcode, code, constraint } = error as Error & { errcode?: number; code?: string; constraint?: string }
  if (errcode === sqliteUnique || errcode === sqlitePrimaryKey) return error.message.replace(/^.*failed: /, '')
  if (code === postgresUnique) return constraint ?? 'unknown'
  return undefined
}

const sqliteForeignKey = 787
const postgresForeignKey = '23503'

/** Whether a row references another row that does not exist, or no longer exists. */
export function violatesReference(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { errcode, code } = error as Error & { errcode?: number; code?: string }
  return errcode === sqliteForeignKey || code === postgresForeignKey
}

// PostgreSQL's codes: connection lost (08), standby (25006), canceled by a time limit (25P03, 57014), out of resources
// (53), restarting (57P), failing disk (58).
const unreachable =
  /^(ECONN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EPIPE|EAI_AGAIN|08...|25006|25P03|53...|57014|57P0[1-5]|58...)/

/**
 * Whether PostgreSQL was unavailable (down, restarting, out of connections or disk, read-only), as opposed to rejecting
 * the statement.
 */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as Error & { code?: string }
  return code !== undefined && unreachable.test(code)
}
