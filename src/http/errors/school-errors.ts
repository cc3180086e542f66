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
    en: '402, the school rejected the student number or its password. Check both and try again.',
  },
  'school-locked': {
    status: 400,
    zh: '学校系统锁定了该学号，请稍后再试，或联系学校教务处解锁。',
    en: 'The school has locked this student number. Try again later, or ask the academic-affairs office to unlock it.',
  },
  'school-step-up-wanted': {
    status: 400,
    zh: '学校系统要求短信验证，请先在学校网站登录一次，再来重试。',
    en: "The school requires a code from your phone. Log in once on the school's website, then try again.",
  },
  'school-not-admitted': {
    status: 400,
    zh: '学校系统不允许该学号登录（可能已冻结、停用、毕业或没有学籍），请联系学校教务处。',
    en: 'The school does not allow this student number to log in (it may be frozen, disabled, graduated or not enrolled). Ask the academic-affairs office.',
  },
  'school-action-wanted': {
    status: 400,
    zh: '学校要求您先处理自己的账号（如修改初始或过期的密码、阅读通知），请登录学校网站按提示办理后再试。',
    en: "The school requires you to do something first, such as change an initial or expired password, or read a notice. Log in on the school's website, follow its instructions, then try again.",
  },
  'school-no-student': {
    status: 400,
    zh: '学号未能确认：在学校登录的账号不是学号（例如教师账号或别名），请改用学号登录学校后重试。',
    en: "The account that you used at the school is not a student number (it may be a teacher's account or an alias). Log in there with your student number and try again.",
  },
  'school-captcha-wrong': {
    status: 400,
    zh: '验证码不正确，学校没有核对密码，请重新获取一张验证码再试。',
    en: 'The captcha was wrong, and the school did not check the password. Get a new captcha and try again.',
  },
  'challenge-invalid': {
    status: 400,
    zh: '验证码无效或已过期，请重新获取一张再试。',
    en: 'The captcha is invalid or has expired. Get a new one and try again.',
  },
  'challenge-unneeded': {
    status: 404,
    zh: '本校登录不需要验证码，请直接提交。',
    en: 'Logins at this school need no captcha. Send your request without one.',
  },
  'ticket-invalid': {
    status: 400,
    zh: '学校登录凭证无效、已过期或已使用，请重新从学校登录页开始。',
    en: "The ticket is invalid, has expired or was used before. Start again at the school's login page.",
  },
  'foreign-browser': {
    status: 400,
    zh: '登录不是从这个浏览器开始的，请重新开始。',
    en: 'This login was not started in this browser. Start again.',
  },
  'account-unknown': {
    status: 404,
    zh: '该学号还没有注册，请先注册。',
    en: 'There is no account for this student number yet. Register first.',
  },
  'school-asks-captcha': {
    status: 503,
    zh: '学校的验证码需要您来辨认，请先获取验证码图片，再带上答案重试。',
    en: "You have to read the school's captcha. Get a captcha image, then send the request again with its answer.",
  },
  'school-not-understood': {
    status: 502,
    zh: '学校系统返回了无法识别的内容，请稍后重试。',
    en: "The school's system sent a response that could not be understood. Try again later.",
  },
  'school-captcha-failed': {
    status: 502,
    zh: '未能识别学校的验证码，请重试一次。',
    en: "The school's captcha could not be solved. Try once more.",
  },
  'school-busy': {
    status: 503,
    zh: '正在验证的人太多，请稍后重试。',
    en: 'Too many students are being verified. Try again shortly.',
  },
  'school-queue': {
    status: 503,
    zh: '正在验证的人太多，前面还有 {ahead} 人。已为您保留排队位置，请{wait}后重试。',
    en: 'Too many students are being verified; {ahead} are ahead of you. Your place is kept. Try again in {wait}.',
  },
  'school-try-under-way': {
    status: 503,
    zh: '该学号或该网络的上一次验证还没有结束，请稍后重试。',
    en: 'The previous try for this student number, or from your network, has not finished yet. Try again shortly.',
  },
  'school-down': {
    status: 503,
    zh: '学校系统暂时无法访问，请稍后重试。',
    en: "The school's system is not available. Try again later.",
  },
  'school-timeout': {
    status: 504,
    zh: '学校系统没有及时响应，请稍后重试。',
    en: "The school's system did not respond in time. Try again later.",
  },
} as const satisfies Partial<Record<ErrorCode, ErrorEntry>>
