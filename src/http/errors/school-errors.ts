import type { ErrorCode } from '../../shared/errors.ts'
import type { Language } from './language.ts'

export interface ErrorEntry extends Record<Language, string> {
  status: number
}

/** Errors of a verification. A fault of the school is never blamed on the student. */
export const schoolErrors = {
  'school-rejected': {
    status: 400,
    zh: '402, 账号或密码错误',
    en: '402, the school refused the student number or its password. Check both and try again.',
  },
  'school-locked': {
    status: 400,
    zh: '学校系统锁定了该学号，请稍后再试，或联系学校教务处解锁。',
    en: 'The school has locked this student number. Wait, or ask the academic-affairs office to unlock it.',
  },
  'school-step-up-wanted': {
    status: 400,
    zh: '学校系统要求短信验证，请先在学校网站登录一次，再来重试。',
    en: 'The school wants a code from your phone. Log in once on the website of the school, then try again.',
  },
  'school-not-admitted': {
    status: 400,
    zh: '学校系统不允许该学号登录（可能已冻结、停用、毕业或没有学籍），请联系学校教务处。',
    en: 'The school does not admit this student number: frozen, disabled, graduated or not enrolled. Ask the academic-affairs office.',
  },
  'school-action-wanted': {
    status: 400,
    zh: '学校要求您先处理自己的账号（如修改初始或过期的密码、阅读通知），请登录学校网站按提示办理后再试。',
    en: 'The school wants something done first, such as changing an initial or expired password or reading a notice. Log in on the website of the school, follow it, then try again.',
  },
  'school-no-student': {
    status: 400,
    zh: '学号未能确认：在学校登录的账号不是学号（例如教师账号或别名），请改用学号登录学校后重试。',
    en: 'The account that logged in at the school is no student number (a teacher, or an alias). Log in there with your student number and try again.',
  },
  'school-captcha-wrong': {
    status: 400,
    zh: '验证码不正确，学校没有核对密码，请重新获取一张验证码再试。',
    en: 'The captcha was not read right, and the password was not tried. Fetch a new captcha and try again.',
  },
  'challenge-invalid': {
    status: 400,
    zh: '验证码无效或已过期，请重新获取一张再试。',
    en: 'The captcha is not valid or has expired. Fetch a new one and try again.',
  },
  'challenge-unneeded': {
    status: 404,
    zh: '本校登录不需要验证码，请直接提交。',
    en: 'Logins at this school need no captcha. Send yours without one.',
  },
  'ticket-invalid': {
    status: 400,
    zh: '学校登录凭证无效、已过期或已使用，请重新从学校登录页开始。',
    en: 'The ticket is not valid, has expired or was used. Begin again at the login page of the school.',
  },
  'foreign-browser': {
    status: 400,
    zh: '登录不是从这个浏览器开始的，请重新开始。',
    en: 'This login was not begun in this browser. Begin again.',
  },
  'account-unknown': {
    status: 404,
    zh: '该学号还没有注册，请先注册。',
    en: 'That student number has no account yet. Register first.',
  },
  'school-asks-captcha': {
    status: 503,
    zh: '学校的验证码需要您来辨认，请先获取验证码图片，再带上答案重试。',
    en: 'The captcha of the school must be read by you. Fetch a challenge, then send its answer along.',
  },
  'school-not-understood': {
    status: 502,
    zh: '学校系统返回了无法识别的内容，请稍后重试。',
    en: 'The answer of the school could not be understood. Try again later.',
  },
  'school-captcha-failed': {
    status: 502,
    zh: '没能通过学校的验证码，请重试一次。',
    en: 'The captcha of the school could not be passed. Try once more.',
  },
  'school-busy': {
    status: 503,
    zh: '正在验证的人太多，请稍后重试。',
    en: 'Too many logins are under way. Try again shortly.',
  },
  'school-queue': {
    status: 503,
    zh: '正在验证的人太多，前面还有 {ahead} 人。已为您留好位置，请{wait}后重试，先来先办。',
    en: 'Too many logins are under way, and {ahead} come before yours. Your place is kept: try again in {wait}.',
  },
  'school-try-under-way': {
    status: 503,
    zh: '该学号或该网络的上一次验证还没有结束，请稍后重试。',
    en: 'The try before this one, for the student number or from your network, has not ended. Try again shortly.',
  },
  'school-down': {
    status: 503,
    zh: '学校系统暂时无法访问，请稍后重试。',
    en: 'The system of the school is down. Try again later.',
  },
  'school-timeout': {
    status: 504,
    zh: '学校系统没有及时响应，请稍后重试。',
    en: 'The school did not answer in time. Try again later.',
  },
} as const satisfies Partial<Record<ErrorCode, ErrorEntry>>
