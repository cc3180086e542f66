import type { ErrorCode } from '../../shared/errors.ts'
import { type ErrorEntry, schoolErrors } from './school-errors.ts'
import { studyErrors } from './study-errors.ts'

// An `import` would read its every name, and one of them loads a whole HTTP client.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

/**
 * The status and the words of every refusal. The words say what to do next, and tell nothing of the inside. `errorMessage` puts in
 * `{parameter}` and `{wait}`.
 */
export const errorCatalogue: Record<ErrorCode, ErrorEntry> = {
  'bad-request': {
    status: 400,
    zh: '请求格式有误，请检查后重试。',
    en: 'The request is malformed. Check it and try again.',
  },
  'body-not-object': {
    status: 400,
    zh: '请求内容应为 UTF-8 编码的 JSON 对象，请检查后重试。',
    en: 'The body must be a JSON object in UTF-8. Check it and try again.',
  },
  'bad-host': {
    status: 400,
    zh: '请求的 Host 无效，请检查访问地址。',
    en: 'The Host header is not valid. Check the address.',
  },
  'bad-time': {
    status: 400,
    zh: '{parameter} 的时间格式应为 UTC 的“YYYY-MM-DD HH:mm:ss”，请修改后重试。',
    en: '{parameter} must be a time in UTC in the form YYYY-MM-DD HH:mm:ss. Correct it and try again.',
  },
  'bad-query': {
    status: 400,
    zh: '查询参数 {parameter} 无效，请对照接口文档检查。',
    en: 'The query parameter {parameter} is not valid. Check it against the documentation.',
  },
  'range-reversed': {
    status: 400,
    zh: '查询参数 to 不能早于 from，请修改后重试。',
    en: 'The query parameter to must not lie before from. Correct it and try again.',
  },
  'bad-cursor': {
    status: 400,
    zh: '分页链接（参数 cursor）无效，请从第一页重新开始。',
    en: 'The page link (parameter cursor) is not valid. Start again from the first page.',
  },
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
    zh: '此操作需要密码，不能使用令牌，请用用户名和密码重新登录。',
    en: 'This takes the password, not a token. Log in by user name and password.',
  },
  'bad-setting': {
    status: 400,
    zh: '设置 {parameter} 无效，请对照接口文档检查。',
    en: 'The setting {parameter} is not valid. Check it against the documentation.',
  },
  'password-wrong': {
    status: 401,
    zh: '密码不对，请重新输入。',
    en: 'The password is not right. Enter it again.',
  },
  unauthorized: {
    status: 401,
    zh: '账号、密码或令牌无效，请重新登录。',
    en: 'The credentials are not valid. Log in again.',
  },
  forbidden: { status: 403, zh: '只能修改自己的学习记录。', en: 'Only your own study records can be changed.' },
  'not-found': { status: 404, zh: '没有找到请求的内容，请检查地址。', en: 'There is nothing here. Check the address.' },
  'method-not-allowed': {
    status: 405,
    zh: '此地址不支持该方法，请对照接口文档检查。',
    en: 'This address does not take that method. See the Allow header.',
  },
  'payload-too-large': {
    status: 413,
    zh: '请求内容过大，请缩小后重试。',
    en: 'The body is too large. Make it smaller.',
  },
  'unsupported-media-type': {
    status: 415,
    zh: '请求内容应为 JSON（application/json，UTF-8）。',
    en: 'The body must be JSON (application/json, UTF-8).',
  },
  'too-many-requests': {
    status: 429,
    zh: '尝试次数过多，请{wait}后再试。',
    en: 'Too many attempts. Try again in {wait}.',
  },
  'headers-too-large': {
    status: 431,
    zh: '请求头过大，请缩小后重试。',
    en: 'The headers are too large. Make them smaller.',
  },
  'uri-too-long': { status: 414, zh: '请求地址过长，请缩短后重试。', en: 'The address is too long. Make it shorter.' },
  'request-timeout': {
    status: 408,
    zh: '请求没有按时发完，请重试。',
    en: 'The request did not arrive in time. Try again.',
  },
  'expectation-failed': {
    status: 417,
    zh: '不支持请求头中的 Expect，请去掉后重试。',
    en: 'That Expect header is not supported. Leave it out and try again.',
  },
  internal: {
    status: 500,
    zh: '服务器出错了，请稍后重试。',
    en: 'Something went wrong on the server. Try again later.',
  },
  busy: { status: 503, zh: '服务繁忙，请稍后重试。', en: 'The service is busy. Try again shortly.' },
  'database-unavailable': {
    status: 503,
    zh: '服务暂时不可用，请稍后重试。',
    en: 'The service cannot answer right now. Try again shortly.',
  },
  stopping: {
    status: 503,
    zh: '服务正在重启，请稍后重试。',
    en: 'The service is restarting. Try again shortly.',
  },
  'parameter-missing': { status: 400, zh: '缺少必要参数。', en: 'A required parameter is missing.' },
  'student-number-malformed': {
    status: 400,
    zh: '学号应该是一个十位数或是九位数.',
    en: 'A student number has nine or ten digits.',
  },
  'user-name-malformed': {
    status: 400,
    zh: '用户名应为 1 到 64 个字符，不能含冒号、控制字符或看不见的字符，首尾不能有空格，请换一个。',
    en: 'A user name has 1 to 64 characters, no colon, no control or invisible character, and no space at either end. Choose another.',
  },
  'user-name-taken': { status: 400, zh: '用户已经存在。', en: 'That user name is taken.' },
  'student-number-taken': {
    status: 400,
    zh: '该学号被注册，可以试试找回密码。',
    en: 'That student number has an account already. Try recovering its password.',
  },
  'password-length': {
    status: 400,
    zh: '密码应为 8 到 1024 个字符，请换一个。',
    en: 'A password has 8 to 1024 characters. Choose another.',
  },
  'password-is-user-name': {
    status: 400,
    zh: '密码不能与用户名相同，请换一个。',
    en: 'The password must not be the user name. Choose another.',
  },
  'password-common': {
    status: 400,
    zh: '这个密码太常见，请换一个。',
    en: 'That password is one of the commonest. Choose another.',
  },
  ...schoolErrors,
  ...studyErrors,
}

/** Whether an answer of this status carries `Retry-After`. */
export function asksToWait(status: number): boolean {
  return status === 503 || status === 429
}

/** The reason phrase in lower case, as the contract spells the type of an error. */
export function errorType(status: number): string {
  return (STATUS_CODES[status] ?? 'error').toLowerCase()
}
