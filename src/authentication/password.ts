import { dictionary } from '@zxcvbn-ts/language-common'
import { userNameKey } from '../accounts/user-name.ts'
import { DomainError } from '../shared/errors.ts'

const shortest = 8
const longest = 1024

/** Made with the first password: the list is long. */
let common: Set<string> | undefined

/** Judges the form in which it is compared, NFC. @throws DomainError `password-length`, `password-is-user-name`, `password-common` */
export async function checkPassword(password: string, username?: string): Promise<void> {
  const composed = password.normalize('NFC')
  const length = [...composed].length
  if (length < shortest || length > longest || !composed.isWellFormed()) throw new DomainError('password-length')
  if (username !== undefined && userNameKey(password) === userNameKey(username))
    throw new DomainError('password-is-user-name')
  common ??= new Set(dictionary['passwords-common'] as string[])
  if (common.has(composed.toLowerCase())) throw new DomainError('password-common')
}
