import type { AccountId } from '../../accounts/account.ts'
import { isSameStudent, type LiveStudent } from '../live-student.ts'

export interface RosterChange {
  type: 'start' | 'end'
  student: LiveStudent
}

/** Who studies now, as far as this process knows. Each update returns what changed, in order. */
export function createRoster() {
  const students = new Map<AccountId, LiveStudent>()

  function put(accountId: AccountId, found: LiveStudent | undefined): RosterChange[] {
    const known = students.get(accountId)
    if (known === found || (known && found && isSameStudent(known, found))) return []
    if (found) students.set(accountId, found)
    else students.delete(accountId)
    return [
      // If only the name has changed, a start without an end replaces the row.
      ...(known && !(found && isSameRow(known, found)) ? [{ type: 'end', student: known } as const] : []),
      ...(found ? [{ type: 'start', student: found } as const] : []),
    ]
  }

  return {
    size: () => students.size,

    /** @param found the running records of the accounts `asked` */
    update(asked: Iterable<AccountId>, found: LiveStudent[]): RosterChange[] {
      const byAccount = new Map(found.map((student) => [student.accountId, student]))
      return [...asked].flatMap((id) => put(id, byAccount.get(id)))
    },

    /** @param found all running records, by account */
    replace(found: ReadonlyMap<AccountId, LiveStudent>): RosterChange[] {
      const gone = [...students.keys()].filter((id) => !found.has(id))
      return [...gone.flatMap((id) => put(id, undefined)), ...[...found].flatMap(([id, student]) => put(id, student))]
    },
  }
}

function isSameRow(one: LiveStudent, other: LiveStudent): boolean {
  return one.id === other.id && one.visibility === other.visibility
}
