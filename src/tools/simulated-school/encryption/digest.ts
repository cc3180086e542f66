import { createHash } from 'node:crypto'

export function md5(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex')
}

/** The digest that a login page sends in place of the password. */
export function passwordDigest(password: string, captcha: string): string {
  return md5(md5(password) + md5(captcha.toLowerCase()))
}
