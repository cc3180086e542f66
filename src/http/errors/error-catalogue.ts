import type { ErrorCode } from '../../shared/errors.ts'
import { accountErrors } from './account-errors.ts'
import { type ErrorEntry, schoolErrors } from './school-errors.ts'
import { studyErrors } from './study-errors.ts'

// An `import` would read every export, and one of them loads a whole HTTP client.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

/**
 * The status and the messages of every error. A message says what to do next and reveals no internals. `errorMessage` replaces
 * `{parameter}`, `{form}`, `{ahead}` and `{wait}`.
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
    en: 'The Host header is invalid. Check the address.',
  },
  'bad-time': {
    status: 400,
    zh: '{parameter} 的时间格式应为 UTC 的“YYYY-MM-DD HH:mm:ss”，请修改后重试。',
    en: '{parameter} must be a time in UTC in the form YYYY-MM-DD HH:mm:ss. Correct it and try again.',
  },
  'bad-query': {
    status: 400,
    zh: '查询参数 {parameter} 无效，请对照接口文档检查。',
    en: 'The query parameter {parameter} is invalid. Check it against the documentation.',
  },
  'range-reversed': {
    status: 400,
    zh: '查询参数 to 不能早于 from，请修改后重试。',
    en: 'The query parameter to must not be before from. Correct it and try again.',
  },
  'bad-cursor': {
    status: 400,
    zh: '分页链接（参数 cursor）无效，请从第一页重新开始。',
    en: 'The page link (parameter cursor) is invalid. Start again from the first page.',
  },
  'bad-setting': {
    status: 400,
    zh: '设置 {parameter} 无效，请对照接口文档检查。',
    en: 'The setting {parameter} is invalid. Check it against the documentation.',
  },
  'cross-site': {
    status: 403,
    zh: '请求来自其他网站的页面，已拒绝，请在本站或 App 中操作。如需放行该网站，请管理员把它加入 CORS_ORIGINS。',
    en: 'The request came from a page of another site and was refused. Use this site or the app, or ask the operator to add that site to CORS_ORIGINS.',
  },
  'method-not-allowed': {
    status: 405,
    zh: '此地址不支持该方法，请对照接口文档检查。',
    en: 'This address does not support that method. See the Allow header.',
  },
  'idempotency-key-malformed': {
    status: 400,
    zh: '请求头 Idempotency-Key 应为 1 到 128 个可见的 ASCII 字符，请修改后重试。',
    en: 'The header Idempotency-Key must have 1 to 128 visible ASCII characters. Correct it and try again.',
  },
  'idempotency-key-reused': {
    status: 422,
    zh: '这个 Idempotency-Key 已用于另一个请求，请为新的请求换一个。',
    en: 'This Idempotency-Key was used for another request. Use a new one for a new request.',
  },
  'request-in-flight': {
    status: 409,
    zh: '使用同一个 Idempotency-Key 的请求还在处理中，请稍后原样重试。',
    en: 'A request with this Idempotency-Key is still being handled. Send it again, unchanged, in a moment.',
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
  'headers-too-large': {
    status: 431,
    zh: '请求头过大，请缩小后重试。',
    en: 'The headers are too large. Make them smaller.',
  },
  'request-timeout': {
    status: 408,
    zh: '请求没有按时发完，请重试。',
    en: 'The request did not arrive in time. Try again.',
  },
  'expectation-failed': {
    status: 417,
    zh: '不支持请求头中的 Expect，请去掉后重试。',
    en: 'That Expect header is not supported. Remove it and try again.',
  },
  internal: {
    status: 500,
    zh: '服务器出错了，请稍后重试。',
    en: 'Something went wrong on the server. Try again later.',
  },
  'database-unavailable': {
    status: 503,
    zh: '服务暂时不可用，请稍后重试。',
    en: 'The service is temporarily unavailable. Try again shortly.',
  },
  stopping: {
    status: 503,
    zh: '服务正在重启，请稍后重试。',
    en: 'The service is restarting. Try again shortly.',
  },
  forbidden: { status: 403, zh: '只能修改自己的学习记录。', en: 'Only your own study records can be changed.' },
  'not-found': {
    status: 404,
    zh: '没有找到请求的内容，请检查地址。',
    en: 'Nothing was found at this address. Check it and try again.',
  },
  'uri-too-long': { status: 414, zh: '请求地址过长，请缩短后重试。', en: 'The address is too long. Make it shorter.' },
  busy: { status: 503, zh: '服务繁忙，请稍后重试。', en: 'The service is busy. Try again shortly.' },
  'parameter-missing': { status: 400, zh: '缺少必要参数。', en: 'A required parameter is missing.' },
  'user-name-taken': {
    status: 400,
    zh: '用户已经存在。',
    en: 'That user name is taken. Choose another, or sign in if it is yours.',
  },
  ...accountErrors,
  ...schoolErrors,
  ...studyErrors,
}

/** Whether a response with this status has a `Retry-After` header. */
export function asksToWait(status: number): boolean {
  return status === 503 || status === 429
}

/** The reason phrase in lower case, which is the type of an error in the contract. */
export function errorType(status: number): string {
  // Node.js still has the phrase of an older RFC.
  if (status === 422) return 'unprocessable content'
  return (STATUS_CODES[status] ?? 'error').toLowerCase()
}
