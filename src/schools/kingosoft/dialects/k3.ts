import { looksLikeHtml } from '../../school-call/page-text.ts'
import { SchoolError } from '../../school-call/school-error.ts'
import { type Dialect, logonPath } from './dialect.ts'
import { md5 } from './digest.ts'
import { k2Text } from './k2.ts'
import { strEnc } from './str-enc.ts'

export const keysPath = '/custom/js/SetKingoEncypt.jsp'

/** 2017 to 2020: the text of K2, encrypted with a key that the school issues for one try. */
export const k3: Dialect = {
  name: 'k3',
  async logon(input, fetchText) {
    const { key, time } = readKeys(await fetchText(keysPath))
    const plain = k2Text(input) + passwordPolicy(input.schoolPassword, input.studentNumber)
    const params = Buffer.from(strEnc(plain, key), 'latin1').toString('base64')
    const token = md5(md5(plain) + md5(time))
    return {
      method: 'POST',
      path: logonPath,
      form: `params=${params}&token=${token}&timestamp=${time.replaceAll(' ', '%20')}`,
    }
  },
}

export function readKeys(script: string): { key: string; time: string } {
  const key = /\b_deskey\s*=\s*['"]([^'"]{1,256})['"]/.exec(script)?.[1]
  const time = /\b_nowtime\s*=\s*['"]([\w :./+-]{1,64})['"]/.exec(script)?.[1]
  if (key !== undefined && time !== undefined) return { key, time }
  const reason = looksLikeHtml(script) ? 'maintenance' : 'not-understood'
  throw new SchoolError(reason, `${keysPath.slice(1)}: no key in the answer`)
}

/**
 * What the login page reports about the password: its kinds of characters, its length, and whether it contains the
 * user name.
 */
export function passwordPolicy(password: string, userName: string): string {
  const kinds = [...password].reduce((seen, character) => seen | kindOf(character), 0)
  const holdsName = password.includes(userName) ? 1 : 0
  return `&txt_mm_expression=${kinds}&txt_mm_length=${password.length}&txt_mm_userzh=${holdsName}`
}

function kindOf(character: string): number {
  if (/[0-9]/.test(character)) return 8
  if (/[a-z]/.test(character)) return 4
  return /[A-Z]/.test(character) ? 2 : 1
}
