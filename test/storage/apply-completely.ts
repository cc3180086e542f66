import type { AccountId } from '../../src/accounts/account.ts'
import type { BatchService } from '../../src/studies/batch/batch.service.ts'
import type { BatchItem, BatchResult } from '../../src/studies/batch/batch-item.ts'

/** Like a client, sends a batch again as long as a slow machine has not reached all of its items in time. */
export async function applyCompletely(
  batches: BatchService,
  account: AccountId,
  items: BatchItem[],
): Promise<BatchResult[]> {
  for (;;) {
    const results = await batches.applyBatch(account, items)
    if (!results.some(({ answer }) => 'code' in answer && answer.code === 'busy')) return results
  }
}
