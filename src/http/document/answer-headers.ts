import type { JsonSchema } from './json-schema.ts'

/** Response headers, for the document. */
export type AnswerHeaders = Readonly<Record<string, JsonSchema & { description: string }>>

const everyAnswer: AnswerHeaders = {
  'X-Request-Id': {
    type: 'string',
    description: '请求编号，与服务器日志中的相同 · Id of the request, the same as in the log',
  },
}

const everyError: AnswerHeaders = {
  'Content-Language': { type: 'string', enum: ['zh', 'en'], description: '消息的语言 · Language of the message' },
}

const retryAfter: AnswerHeaders = {
  'Retry-After': { type: 'integer', minimum: 0, description: '多少秒后再试 · Seconds to wait before the next try' },
}

const rateLimit: AnswerHeaders = {
  RateLimit: {
    type: 'string',
    description: '该限制的剩余次数，以及多少秒后恢复 · Remaining tries, and seconds until the limit is reset',
  },
  'RateLimit-Policy': { type: 'string', description: '拒绝此请求的限制 · The limit that refused the request' },
}

/** Headers of a 503 to a client that has others ahead of it. */
export const waitingHeaders: AnswerHeaders = {
  'Waiting-Ahead': { type: 'integer', description: '前面还有多少人 · Number of students ahead' },
  'Waiting-Place': {
    type: 'string',
    description:
      '排队号，下次请求时原样放入同名请求头 · The place in the queue. Send it with the next request, in the header of the same name',
  },
}

const byStatus: Readonly<Record<number, AnswerHeaders>> = {
  201: { Location: { type: 'string', format: 'uri', description: '新建内容的地址 · URL of the created resource' } },
  302: { Location: { type: 'string', format: 'uri', description: '接下来的地址 · Where to go on' } },
  303: { Location: { type: 'string', format: 'uri', description: '接下来的地址 · Where to go on' } },
  401: { 'WWW-Authenticate': { type: 'string', description: '应使用的认证方式 · The authentication scheme to use' } },
  429: { ...retryAfter, ...rateLimit },
  503: retryAfter,
}

/** Headers of a response with this status, on any route. */
export function answerHeaders(status: number): AnswerHeaders {
  return { ...everyAnswer, ...(status >= 400 && everyError), ...byStatus[status] }
}
