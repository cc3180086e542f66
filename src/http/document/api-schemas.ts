import type { ErrorCode, ErrorDetails } from '../../shared/errors.ts'
import { asksToWait, errorCatalogue, errorType } from '../errors/error-catalogue.ts'
import { errorMessage } from '../errors/error-message.ts'
import type { JsonSchema, ObjectSchema } from './json-schema.ts'

const ErrorBody = {
  type: 'object',
  required: ['error', 'message'],
  properties: { error: { type: 'string' }, message: { type: 'string' } },
} as const satisfies ObjectSchema

interface ErrorResponse extends ObjectSchema {
  headers?: Record<string, JsonSchema>
}

/** What any route may answer, whatever it does. */
const everywhere: readonly ErrorCode[] = ['database-unavailable', 'internal']

/** What the examples put into messages that take details. */
function exampleDetails(code: ErrorCode): ErrorDetails {
  const parameter = code === 'bad-query' ? 'per_page' : 'start_time'
  return { parameter, form: '[A-Z][0-9]{7}', retryAfterSeconds: 600, ahead: 128 }
}

/** Whatever wants credentials may find none, or what cannot be read. */
function withItsKin(code: ErrorCode): ErrorCode[] {
  return code === 'unauthorized' ? ['credentials-missing', 'credentials-unreadable', code] : [code]
}

/** The error answers of a route for its documentation: one response a status, one line and one example a code. */
export function errorResponses(...codes: ErrorCode[]): Record<number, ErrorResponse> {
  const responses: Record<number, ErrorResponse> = {}
  for (const code of new Set([...codes.flatMap(withItsKin), ...everywhere])) {
    const { status } = errorCatalogue[code]
    const details = exampleDetails(code)
    const [zh, en] = [errorMessage(code, 'zh', details), errorMessage(code, 'en', details)]
    const { description, examples = [], headers } = responses[status] ?? {}
    const line = `${zh} · ${en}`
    responses[status] = {
      ...ErrorBody,
      description: description === undefined ? line : `${description}\n\n${line}`,
      examples: [...examples, { error: errorType(status), message: zh }],
      ...(asksToWait(status) && {
        headers: {
          ...headers,
          'Retry-After': RetryAfter,
          ...(status === 429 && rateLimitHeaders),
          ...(code === 'school-queue' && waitingHeaders),
        },
      }),
    }
  }
  return responses
}

const RetryAfter = {
  type: 'integer',
  description: '过多少秒再试 · Seconds to wait before another try',
} as const satisfies JsonSchema

const waitingHeaders = {
  'Waiting-Ahead': { type: 'integer', description: '前面还有多少人 · How many come before' },
  'Waiting-Place': {
    type: 'string',
    description:
      '排队号，下次请求时原样放入同名请求头 · The place in the line: send it back in the header of this name',
  },
} as const satisfies Record<string, JsonSchema>

const rateLimitHeaders = {
  RateLimit: {
    type: 'string',
    description: '该限制剩余的次数和恢复的秒数 · What is left of the limit, and the seconds until it is open again',
  },
  'RateLimit-Policy': { type: 'string', description: '拒绝此请求的限制 · The limit that refused the request' },
} as const satisfies Record<string, JsonSchema>

/** An id in a path: whatever is not one names nothing. */
export function idParameter(text: string): number | undefined {
  const id = Number(text)
  return /^[1-9][0-9]{0,15}$/.test(text) && Number.isSafeInteger(id) ? id : undefined
}
