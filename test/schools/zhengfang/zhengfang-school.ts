import { constants, generateKeyPairSync, privateDecrypt, randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Proof } from '../../../src/schools/verifier.ts'
import { image, type ScriptedSchool, type Scripts, type SeenCall, startScriptedSchool } from '../scripted-school.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })

interface Visit {
  student?: string
  token: string
  wrongTries: number
}

export interface ZhengfangSchool extends ScriptedSchool {
  /** Replaces the school's responses, by path. */
  setFault(fault: Scripts | undefined): void
}

export const CAPTCHA = '9035'
/** Wrong tries of a session, or of a number, after which a captcha is required. */
const TRIES_WITHOUT_CAPTCHA = 3

/** A small 正方 that checks its requests. A number with wrong tries needs a captcha in every session, as at some sites. */
export async function startZhengfangSchool(students: readonly Proof[]): Promise<ZhengfangSchool> {
  const visits = new Map<string, Visit>()
  const wrongTries = new Map<string, number>()
  let strict = false
  let fault: Scripts = {}

  function visitOf(response: ServerResponse, { headers }: SeenCall): Visit {
    const id = /route=([\w-]+)/.exec(headers.cookie ?? '')?.[1]
    const known = id === undefined ? undefined : visits.get(id)
    if (known) return known
    const visit = { token: '', wrongTries: 0 }
    const fresh = randomUUID()
    visits.set(fresh, visit)
    response.setHeader('set-cookie', [`JSESSIONID=${randomUUID()}; Path=/jwglxt`, `route=${fresh}; Path=/`])
    return visit
  }

  function showPage(response: ServerResponse, visit: Visit, tips = ''): void {
    visit.token = randomUUID()
    const captcha = visit.wrongTries >= TRIES_WITHOUT_CAPTCHA || strict ? '<input type="text" name="yzm" id="yzm">' : ''
    response.end(`<html><body><form><input type="hidden" name="csrftoken" value="${visit.token}">
      <input name="yhm"><input type="password" name="mm">${captcha}</form><p id="tips">${tips}</p></body></html>`)
  }

  /** The page's message to a rejected login; undefined for a successful one. */
  function refuse(visit: Visit, form: URLSearchParams): string | undefined {
    const number = form.get('yhm') ?? ''
    const known = students.find(({ studentNumber }) => studentNumber === number)
    const tries = Math.max(visit.wrongTries, wrongTries.get(number) ?? 0)
    if (form.get('csrftoken') !== visit.token) return ''
    if (tries >= TRIES_WITHOUT_CAPTCHA && form.get('yzm') !== CAPTCHA) {
      visit.wrongTries = TRIES_WITHOUT_CAPTCHA
      return '验证码输入错误！'
    }
    if (known && known.schoolPassword === decrypt(form.get('mm') ?? '')) return undefined
    visit.wrongTries++
    wrongTries.set(number, (wrongTries.get(number) ?? 0) + 1)
    return '用户名或密码不正确，请重新输入！'
  }

  function logIn(response: ServerResponse, call: SeenCall): void {
    const visit = visitOf(response, call)
    const form = new URLSearchParams(call.body)
    const tips = refuse(visit, form)
    if (tips === undefined) {
      visit.student = form.get('yhm') ?? ''
      wrongTries.delete(visit.student)
      response.writeHead(302, { location: '/jwglxt/xtgl/index_initMenu.html?jsdm=xs&_t=1' }).end()
    } else showPage(response, visit, tips)
  }

  const { modulus, exponent } = wireKey()
  const scripts: Scripts = {
    '/xtgl/login_slogin.html': (response, call) =>
      call.method === 'POST' ? logIn(response, call) : showPage(response, visitOf(response, call)),
    '/xtgl/login_getPublicKey.html': (response) => response.end(JSON.stringify({ modulus, exponent })),
    '/kaptcha': (response) => response.end(image),
    '/xtgl/index_initMenu.html': (response, call) => {
      const { student } = visitOf(response, call)
      if (student === undefined) response.writeHead(302, { location: '/jwglxt/xtgl/login_slogin.html' }).end()
      else response.end(`<html><input type="hidden" id="sessionUserKey" value="${student}"></html>`)
    },
  }
  const faulty = Object.entries(scripts).map(([path, script]): [string, Scripts[string]] => [
    path,
    (response, call) => (fault[`${call.method} ${path}`] ?? fault[path] ?? script)(response, call),
  ])
  const school = await startScriptedSchool(Object.fromEntries(faulty), { root: '/jwglxt' })
  return {
    ...school,
    setFault: (next) => {
      strict = next !== undefined && 'a captcha for everyone' in next
      fault = next ?? {}
      // Wrong tries during one fault do not count for the next one.
      wrongTries.clear()
    },
  }
}

function wireKey(): { modulus: string; exponent: string } {
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  // As Java encodes it: with a sign byte.
  const modulus = Buffer.concat([Buffer.of(0), Buffer.from(n, 'base64url')]).toString('base64')
  return { modulus, exponent: Buffer.from(e, 'base64url').toString('base64') }
}

function decrypt(text: string): string | undefined {
  try {
    return privateDecrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_PADDING },
      Buffer.from(text, 'base64'),
    ).toString()
  } catch {
    return undefined
  }
}
