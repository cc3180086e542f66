import type { Storage } from '../../storage/storage.ts'
import type { SeedPlan } from './plan.ts'

/**
 * Builds what the service derives from records, once all of them are there: bulk writes bypass the code that keeps it. It may be
 * called again after it was interrupted.
 */
export async function buildDerivedData(_storage: Storage, _plan: SeedPlan): Promise<void> {
  // Nothing is derived from records yet.
}
