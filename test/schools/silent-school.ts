import { proof } from './school-and-verifier.ts'
import { giveSession, type Scripts, type SeenCall } from './scripted-school.ts'

export const keys = "var _deskey = '52550178936240963575094';\nvar _nowtime = '2020-04-14 10:10:42';"

/** A school whose login page shows no dialect, and that checks a login only if it understands it. */
export function silentSchool(understands: (call: SeenCall) => boolean, otherwise: string): Scripts {
  return {
    '/cas/login.action': (response, call) => {
      giveSession(response, call)
      response.end('<html><body>登录</body></html>')
    },
    '/custom/js/SetKingoEncypt.jsp': (response) => response.end(keys),
    '/cas/logon.action': (response, call) => {
      const nobody = /0000000000|MDAwMDAwMDAwMDs7/.test(call.body + call.query)
      if (!understands(call)) response.end(otherwise)
      else response.end(nobody ? '{"status":"402","message":"账号或密码错误"}' : '{"status":"200"}')
    },
  }
}

export const student = Buffer.from(`${proof.studentNumber};;`).toString('base64').slice(0, 12)
export const ofStudent = (seen: readonly SeenCall[]) =>
  seen.filter(({ body, query }) => [proof.studentNumber, student].some((id) => (body + query).includes(id)))

export const languages = {
  k1: ({ body }: SeenCall) => body.includes('username='),
  'k2-post': ({ body }: SeenCall) => body.includes('_u9035='),
  'k2-get': ({ query }: SeenCall) => query.includes('_u9035='),
} as const

export const refusal = '{"status":"402","message":"账号或密码错误"}'

/** A school that responds to what it does not understand with the same message as to a wrong password. */
export function wordlessSchool(understands: (call: SeenCall) => boolean): Scripts {
  const scripts = silentSchool(understands, refusal)
  delete scripts['/custom/js/SetKingoEncypt.jsp']
  return scripts
}
