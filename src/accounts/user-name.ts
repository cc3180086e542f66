import { DomainError } from '../shared/errors.ts'
import { characters, hasInvisible } from '../shared/visible-text.ts'

const longest = 64

/** @throws DomainError `user-name-malformed` */
export function checkUserName(username: string): void {
  const length = characters(username)
  if (length < 1 || length > longest || /:/.test(username) || hasInvisible(username) || username.trim() !== username) {
    throw new DomainError('user-name-malformed')
  }
}

/** The form in which user names are compared: no regard to case or Unicode width. Upper case first, so that ß and SS meet. */
export function userNameKey(username: string): string {
  return username.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
}
