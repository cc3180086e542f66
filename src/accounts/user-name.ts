import { DomainError } from '../shared/errors.ts'

const longest = 64
/** Control and format characters, separators of lines, unpaired surrogates; what is not drawn, by its property or for want of a shape. */
const forbidden =
  /[:\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\u{1d159}]/u
/** Joiners, variation selectors and tags belong to an emoji that Unicode recommends for interchange, and to nothing else. */
const emoji = /\p{RGI_Emoji}/gv

/** @throws DomainError `user-name-malformed` */
export function checkUserName(username: string): void {
  const length = [...username].length
  if (length < 1 || length > longest || forbidden.test(username.replace(emoji, ' ')) || username.trim() !== username) {
    throw new DomainError('user-name-malformed')
  }
}

/** The form in which user names are compared: no regard to case or Unicode width. Upper case first, so that ß and SS meet. */
export function userNameKey(username: string): string {
  return username.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
}
