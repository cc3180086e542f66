import { isUnreachable } from './constraint-errors.ts'

/**
 * `busy`: another process holds the lock; `full`: no space is left; `failing`: the disk refuses reads or writes;
 * `unreachable`: no server responds.
 */
export type UnavailableReason = 'busy' | 'full' | 'failing' | 'unreachable'

/** The database is currently unavailable. The statement itself may be valid and can be retried later. */
export class DatabaseUnavailableError extends Error {
  override name = 'DatabaseUnavailableError'
  readonly reason: UnavailableReason

  constructor(reason: UnavailableReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** Converts a driver's error to a DatabaseUnavailableError if the database was unavailable. Returns any other error unchanged. */
export function asUnavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseUnavailableError) return error
  const reason = sqliteReason(error) ?? (isUnreachable(error) ? 'unreachable' : undefined)
  return reason === undefined ? error : new DatabaseUnavailableError(reason, error.message, { cause: error })
}

/** Whether the operation failed because another process holds the lock. */
export function isBusy(error: unknown): boolean {
  const known = asUnavailable(error)
  return known instanceof DatabaseUnavailableError && known.reason === 'busy'
}

/**
 * Keyed by SQLite's primary result code: https://www.sqlite.org/rescode.html. SQLite reports an exceeded quota or file
 * size limit as IOERR.
 */
const sqliteReasons: Readonly<Record<number, UnavailableReason>> = {
  5: 'busy', // BUSY
  8: 'failing', // READONLY
  10: 'failing', // IOERR
  13: 'full', // FULL
  14: 'failing', // CANTOPEN
  15: 'busy', // PROTOCOL: too much contention for the lock
}

function sqliteReason(error: Error): UnavailableReason | undefined {
  const { errcode } = error as Error & { errcode?: number }
  return errcode === undefined ? undefined : sqliteReasons[errcode & 0xff]
}
