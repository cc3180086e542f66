import jpeg from 'jpeg-js'
import { digitGlyphs } from './captcha/digit-glyphs.ts'
import { md5, passwordDigest } from './encryption/digest.ts'
import { strEnc } from './encryption/str-enc.ts'
import type { Dialect } from './simulated-school.ts'

export interface Credentials {
  studentNumber: string
  schoolPassword: string
}

/** The browser's side of a login, for the tests in this folder. It uses HTTP only. */
export class TestClient {
  readonly base: string
  readonly cookies = new Map<string, string>()

  constructor(base: string) {
    this.base = base
  }

  async call(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...init.headers, cookie }
    const response = await fetch(this.base + path, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.cookies.set(name, value)
    }
    return response
  }

  async text(path: string): Promise<string> {
    return (await this.call(path)).text()
  }

  async captcha(): Promise<string> {
    const response = await this.call('/cas/genValidateCode?dateTime=now')
    return readCaptcha(Buffer.from(await response.arrayBuffer()))
  }

  async logon(dialect: Dialect, credentials: Credentials, captcha: string): Promise<unknown> {
    return (await this.sendLogon(dialect, credentials, captcha)).json()
  }

  /** A complete login, starting at the login page. */
  async login(dialect: Dialect, credentials: Credentials): Promise<unknown> {
    await this.text('/cas/login.action')
    return this.logon(dialect, credentials, await this.captcha())
  }

  async userCode(): Promise<unknown> {
    return (await (await this.call('/jw/common/showYearTerm.action')).json()).userCode
  }

  post(body: string): Promise<Response> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }
    return this.call('/cas/logon.action', { method: 'POST', headers, body })
  }

  k2Text({ studentNumber, schoolPassword }: Credentials, captcha: string): string {
    const user = Buffer.from(`${studentNumber};;${this.cookies.get('JSESSIONID')}`).toString('base64')
    const digest = passwordDigest(schoolPassword, captcha)
    return `_u${captcha}=${user}&_p${captcha}=${digest}&randnumber=${captcha}&isPasswordPolicy=1`
  }

  /** Wraps a text in a K3 envelope with a fresh key. */
  async k3Form(plain: string): Promise<string> {
    const page = await this.text('/custom/js/SetKingoEncypt.jsp')
    const [, deskey = ''] = /_deskey = '(\d+)'/.exec(page) ?? []
    const [, nowtime = ''] = /_nowtime = '([^']+)'/.exec(page) ?? []
    const params = Buffer.from(strEnc(plain, deskey)).toString('base64')
    return `params=${params}&token=${md5(md5(plain) + md5(nowtime))}&timestamp=${nowtime.replace(' ', '%20')}`
  }

  private async sendLogon(dialect: Dialect, credentials: Credentials, captcha: string): Promise<Response> {
    const { studentNumber, schoolPassword } = credentials
    if (dialect === 'k1') {
      const digest = passwordDigest(schoolPassword, captcha)
      return this.post(`username=${studentNumber}&password=${digest}&randnumber=${captcha}&isPasswordPolicy=1`)
    }
    const plain = this.k2Text(credentials, captcha)
    if (dialect === 'k2-get') return this.call(`/cas/logon.action?${plain}`)
    return this.post(dialect === 'k2-post' ? plain : await this.k3Form(plain))
  }
}

/** Finds for each of the four cells the glyph with the greatest contrast between its black and its white pixels. */
export function readCaptcha(image: Buffer): string {
  const { data, width } = jpeg.decode(image, { useTArray: true })
  const lumaAt = (x: number, y: number) => {
    const at = (y * width + x) * 4
    return 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0)
  }
  return [6, 21, 36, 51].map((left) => nearestDigit((x, y) => lumaAt(left + x, 8 + y))).join('')
}

function nearestDigit(lumaAt: (x: number, y: number) => number): number {
  const scores = digitGlyphs.map((rows) => {
    const sums = { '#': 0, '.': 0 }
    const counts = { '#': 0, '.': 0 }
    rows.forEach((row, y) => {
      ;[...row].forEach((pixel, x) => {
        const kind = pixel === '#' ? '#' : '.'
        sums[kind] += lumaAt(x, y)
        counts[kind]++
      })
    })
    return sums['.'] / counts['.'] - sums['#'] / counts['#']
  })
  return scores.indexOf(Math.max(...scores))
}
