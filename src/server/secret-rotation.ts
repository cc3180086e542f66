import { deriveKeys, type Keys } from '../keys.ts'
import { seal, unseal } from '../schools/sealed.ts'
import { findSetting, putSetting, settle } from '../storage/settings.repository.ts'
import type { Db, Storage } from '../storage/storage.ts'

/** The database's student numbers and tokens were made with a different secret. */
export class ForeignSecretError extends Error {
  override name = 'ForeignSecretError'
}

export const secretFingerprint = 'secret fingerprint'
/** Exists only after a change of the secret: student numbers keep the key of the first secret, sealed with the current one. */
const sealedKey = 'student number key'
const purpose = 'student number key 1'

/**
 * Returns the keys of this secret, with the database's key of student numbers. A database that uses `previous` is switched to `secret`:
 * its key of student numbers stays the same, and is sealed again. @throws ForeignSecretError
 */
export async function settleKeys(storage: Storage, secret: string, previous: string | undefined): Promise<Keys> {
  const keys = deriveKeys(secret)
  const before = previous === undefined ? undefined : deriveKeys(previous)
  const studentNumber = await storage.write(async (tx) => {
    const settled = await settle(tx, secretFingerprint, keys.fingerprint)
    if (settled === keys.fingerprint) return numberKey(tx, keys)
    if (settled !== before?.fingerprint)
      throw new ForeignSecretError(
        'SECRET differs from the one this database was created with. To change it, set SECRET_PREVIOUS to that one',
      )
    const kept = await numberKey(tx, before)
    await putSetting(tx, sealedKey, seal(kept, keys.studentNumberSeal, purpose))
    await putSetting(tx, secretFingerprint, keys.fingerprint)
    return kept
  })
  return { ...keys, studentNumber, ...(before && { previous: before }) }
}

async function numberKey(db: Db, { studentNumber, studentNumberSeal }: Keys): Promise<Buffer> {
  const sealed = await findSetting(db, sealedKey)
  if (sealed === undefined) return studentNumber
  const key = unseal(sealed, studentNumberSeal, purpose)
  if (key === undefined) throw new ForeignSecretError("SECRET does not open the key of this database's student numbers")
  return key
}
