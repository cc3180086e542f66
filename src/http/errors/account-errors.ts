import type { ErrorEntry } from './school-errors.ts'

/** Errors about credentials, user names, passwords and student numbers. */
export const accountErrors = {
  'credentials-missing': {
    status: 401,
    zh: '请求没有带登录信息，请用 HTTP Basic 发送用户名和密码，或用 Bearer 发送令牌。',
    en: 'The credentials are missing. Send user name and password by HTTP Basic, or a token by Bearer.',
  },
  'credentials-unreadable': {
    status: 401,
    zh: '无法识别 Authorization 请求头，应为 Basic（UTF-8 的“用户名:密码”）或 Bearer（令牌）。',
    en: 'The Authorization header cannot be read. Send Basic (username:password in UTF-8) or Bearer (a token).',
  },
  'password-wanted': {
    status: 401,
    zh: '此操作需要密码，不能使用令牌或 Cookie，请用用户名和密码重新登录。',
    en: 'This requires the password, not a token or a cookie. Log in with user name and password.',
  },
  'password-wrong': {
    status: 401,
    zh: '密码不对，请重新输入。',
    en: 'The password is wrong. Enter it again.',
  },
  unauthorized: {
    status: 401,
    zh: '账号、密码或令牌无效，请重新登录。',
    en: 'The credentials are not valid. Log in again.',
  },
  'session-ended': {
    status: 401,
    zh: '登录已失效，请重新登录。',
    en: 'You are signed out. Sign in again.',
  },
  'origin-missing': {
    status: 403,
    zh: '用 Cookie 登录后，修改数据的请求必须带有本站的 Origin，请在本站的页面中操作。',
    en: 'With a session cookie, a request that changes something must have the Origin of this site. Use a page of this site.',
  },
  'too-many-requests': {
    status: 429,
    zh: '尝试次数过多，请{wait}后再试。',
    en: 'Too many attempts. Try again in {wait}.',
  },
  'export-under-way': {
    status: 429,
    zh: '同时导出的文件太多，请等正在下载的完成后再试。',
    en: 'Too many exports at once. Try again when one of them has finished.',
  },
  'student-number-malformed': {
    status: 400,
    zh: '学号应该是一个十位数或是九位数.',
    en: 'A student number has nine or ten digits.',
  },
  'student-number-of-another-form': {
    status: 400,
    zh: '学号格式有误，本校学号的格式是 {form}，请检查后重试。',
    en: 'Student numbers of this school have the form {form}. Check yours and try again.',
  },
  'user-name-malformed': {
    status: 400,
    zh: '用户名应为 1 到 64 个字符，不能含冒号、控制字符或看不见的字符，首尾不能有空格，请换一个。',
    en: 'A user name has 1 to 64 characters. Colons, control characters, invisible characters, and spaces at either end are not allowed. Choose another.',
  },
  'student-number-taken': {
    status: 400,
    zh: '该学号被注册，可以试试找回密码。',
    en: 'There is already an account for this student number. Try to recover its password.',
  },
  'password-length': {
    status: 400,
    zh: '密码应为 8 到 1024 个字符，请换一个。',
    en: 'A password must have 8 to 1024 characters. Choose another.',
  },
  'password-is-user-name': {
    status: 400,
    zh: '密码不能与用户名相同，请换一个。',
    en: 'The password must not be the user name. Choose another.',
  },
  'password-is-student-number': {
    status: 400,
    zh: '密码不能与学号相同，请换一个。',
    en: 'The password must not be the student number. Choose another.',
  },
  'password-is-school-password': {
    status: 400,
    zh: '密码不能与学校系统的密码相同，请换一个。',
    en: 'The password must not be your school password. Choose another.',
  },
  'password-common': {
    status: 400,
    zh: '这个密码太常见，请换一个。',
    en: 'That password is too common. Choose another.',
  },
} as const satisfies Record<string, ErrorEntry>
