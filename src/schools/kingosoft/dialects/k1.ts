import { type Dialect, logonPath } from './dialect.ts'
import { loginDigest } from './digest.ts'

/** 2017: a plain form. */
export const k1: Dialect = {
  name: 'k1',
  async logon({ studentNumber, schoolPassword, captcha }) {
    const form = new URLSearchParams({
      username: studentNumber,
      password: loginDigest(schoolPassword, captcha),
      randnumber: captcha,
      isPasswordPolicy: '1',
    })
    return { method: 'POST', path: logonPath, form: form.toString() }
  },
}
