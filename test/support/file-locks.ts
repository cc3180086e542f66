import { existsSync, readFileSync, statSync } from 'node:fs'

const locks = '/proc/locks'

/** The reason to skip tests that inspect locks, or false if they can run. */
export const withoutLocks: string | false = existsSync(locks) ? false : 'no /proc/locks on this system'

/** The ids of the processes that hold a POSIX lock on the file, in ascending order, one entry per lock. */
export function lockHolders(path: string): number[] {
  const { ino } = statSync(path)
  return readFileSync(locks, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`:${ino} `))
    .map((line) => Number(/(?:READ|WRITE)\s+(\d+)/.exec(line)?.[1]))
    .toSorted((a, b) => a - b)
}
