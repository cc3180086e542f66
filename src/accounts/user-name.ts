import { DomainError } from '../shared/errors.ts'

const longest = 64
// Control, line and paragraph separators, bidirectional marks and overrides, unpaired surrogates.
const forbidden = /[:\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/** @throws DomainError `user-name-malformed` */
export function checkUserName(username: string): void {
  const length = [...username].length
  if (length < 1 || length > longest || forbidden.test(username) || username.trim() !== username) {
    throw new DomainError('user-name-malformed')
  }
}

/** The form in which user names are compared: no regard to case or Unicode width. Upper case first, so that ß and SS meet. */
export function userNameKey(username: string): string {
  return username.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
}
