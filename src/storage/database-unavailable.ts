import { isUnreachable } from './constraint-errors.ts'

/** `busy`: another process holds the lock; `full`: no space is left; `failing`: the disk refuses reads or writes; `unreachable`: no server answers. */
export type UnavailableReason = 'busy' | 'full' | 'failing' | 'unreachable'

/** The database cannot serve at present. The statement itself may be right: it can be repeated later. */
export class DatabaseUnavailableError extends Error {
  override name = 'DatabaseUnavailableError'
  readonly reason: UnavailableReason

  constructor(reason: UnavailableReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** A driver's error as a DatabaseUnavailableError where it belongs to that class, and every other error as it is. */
export function asUnavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseUnavailableError) return error
  const reason = sqliteReason(error) ?? (isUnreachable(error) ? 'unreachable' : undefined)
  return reason === undefined ? error : new DatabaseUnavailableError(reason, error.message, { cause: error })
}

/** Whether another process holds the lock that was wanted. */
export function isBusy(error: unknown): boolean {
  const known = asUnavailable(error)
  return known instanceof DatabaseUnavailableError && known.reason === 'busy'
}

/** By SQLite's primary result code: https://www.sqlite.org/rescode.html. A full quota, or a file that may not grow, is an IOERR. */
const sqliteReasons: Readonly<Record<number, UnavailableReason>> = {
  5: 'busy', // BUSY
  8: 'failing', // READONLY
  10: 'failing', // IOERR
  13: 'full', // FULL
  14: 'failing', // CANTOPEN
  15: 'busy', // PROTOCOL: too many others were after the same lock
}

function sqliteReason(error: Error): UnavailableReason | undefined {
  const { errcode } = error as Error & { errcode?: number }
  return errcode === undefined ? undefined : sqliteReasons[errcode & 0xff]
}
