import { DomainError } from '../shared/errors.ts'
import { characters, hasInvisible } from '../shared/visible-text.ts'

const maxChars = 64

/** @throws DomainError `user-name-malformed` */
export function checkUserName(username: string): void {
  const length = characters(username)
  if (length < 1 || length > maxChars || /:/.test(username) || hasInvisible(username) || username.trim() !== username) {
    throw new DomainError('user-name-malformed')
  }
}

/**
 * The form in which user names are compared, regardless of case and Unicode width. Converted to upper case first, so
 * that ß and SS match.
 */
export function userNameKey(username: string): string {
  return username.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
}
