import { userNameKey } from '../../accounts/user-name.ts'
import { DomainError } from '../../shared/errors.ts'
import { isCommonPassword } from './common-passwords.ts'

const minChars = 8
const maxChars = 1024

/** Values that an attacker would try first. */
export interface KnownOfAccount {
  username?: string
  studentNumber?: string
  schoolPassword?: string
}

/**
 * Checks the form in which the password is compared, NFC.
 * @throws DomainError `password-length`, `password-is-user-name`, `password-is-student-number`,
 * `password-is-school-password`, `password-common`
 */
export async function checkPassword(password: string, known: KnownOfAccount = {}): Promise<void> {
  const composed = password.normalize('NFC')
  const length = [...composed].length
  if (length < minChars || length > maxChars || !composed.isWellFormed()) throw new DomainError('password-length')
  const isSame = (text: string | undefined) => text !== undefined && userNameKey(password) === userNameKey(text)
  if (isSame(known.username)) throw new DomainError('password-is-user-name')
  if (isSame(known.studentNumber)) throw new DomainError('password-is-student-number')
  if (isSame(known.schoolPassword)) throw new DomainError('password-is-school-password')
  if (isCommonPassword(composed)) throw new DomainError('password-common')
}
