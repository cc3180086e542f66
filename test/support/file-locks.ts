import { existsSync, readFileSync, statSync } from 'node:fs'

const locks = '/proc/locks'

/** Why a test that looks at locks is skipped here; false where it can. */
export const withoutLocks: string | false = existsSync(locks) ? false : 'no /proc/locks on this system'

/** The processes that hold a POSIX lock on the file, in ascending order, once for each lock. */
export function lockHolders(path: string): number[] {
  const { ino } = statSync(path)
  return readFileSync(locks, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`:${ino} `))
    .map((line) => Number(/(?:READ|WRITE)\s+(\d+)/.exec(line)?.[1]))
    .toSorted((a, b) => a - b)
}
