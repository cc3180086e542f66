import { deleteAccount, findAccount, lockAccount } from '../accounts/account.repository.ts'
import type { AccountId } from '../accounts/account.ts'
import { DomainError } from '../shared/errors.ts'
import type { Storage } from '../storage/storage.ts'
import { deleteStudiesOf } from './study.repository.ts'
import { addToCounters } from './study-counter.repository.ts'
import { runningDelta, startDeltas } from './study-counter.ts'

/** Removes an account and all its records; answers how many those were. @throws DomainError `not-found` */
export async function removeAccount(storage: Storage, id: AccountId): Promise<number> {
  return storage.write(async (tx) => {
    await lockAccount(tx, id, storage.kind)
    if ((await findAccount(tx, id)) === undefined) throw new DomainError('not-found')
    const removed = await deleteStudiesOf(tx, id)
    await deleteAccount(tx, id)
    const deltas = removed.flatMap(({ startedAt, end }) => [
      ...startDeltas(startedAt, -1),
      ...(end ? [] : [runningDelta(-1)]),
    ])
    addToCounters(tx, deltas)
    return removed.length
  })
}
