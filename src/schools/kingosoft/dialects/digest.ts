import { createHash } from 'node:crypto'

/** Lower-case hex of the MD5 of the text's UTF-8 bytes. */
export function md5(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex')
}

/** The digest that these systems take instead of the password. It is valid for one captcha only. */
export function loginDigest(password: string, captcha: string): string {
  return md5(md5(password) + md5(captcha.toLowerCase()))
}
