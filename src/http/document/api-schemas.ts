import type { ErrorCode, ErrorDetails } from '../../shared/errors.ts'
import { errorCatalogue, errorType } from '../errors/error-catalogue.ts'
import { errorMessage } from '../errors/error-message.ts'
import { type AnswerHeaders, waitingHeaders } from './answer-headers.ts'
import type { ObjectSchema } from './json-schema.ts'

export const ErrorBody = {
  title: 'Error',
  type: 'object',
  required: ['error', 'message'],
  properties: {
    error: {
      type: 'string',
      description: '错误类型，即小写的 HTTP 状态名 · Error type: the reason phrase of the HTTP status in lower case',
    },
    message: { type: 'string', description: '给用户看的说明 · Message for people: what to do next' },
  },
  description: '错误 · An error',
} as const satisfies ObjectSchema

/** An id in a path. A text that is not an id gets a 404. */
export const Id = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, examples: [1] } as const

/** Errors of every route that takes a body. */
export const bodyRefusals = [
  'body-not-object',
  'payload-too-large',
  'unsupported-media-type',
] as const satisfies ErrorCode[]

const errorsOfEveryRoute: readonly ErrorCode[] = ['database-unavailable', 'internal']

/** Example values for the placeholders in messages. */
function exampleDetails(code: ErrorCode): ErrorDetails {
  const parameter = code === 'bad-query' ? 'per_page' : 'start_time'
  return { parameter, form: '[A-Z][0-9]{7}', retryAfterSeconds: 600, ahead: 128 }
}

/** A request may have no credentials, wrong ones, or come from a client that has guessed too often. */
function withRelatedErrors(code: ErrorCode): ErrorCode[] {
  return code === 'unauthorized'
    ? ['credentials-missing', 'credentials-unreadable', code, 'session-ended', 'too-many-requests', 'busy']
    : [code]
}

export type ErrorAnswer = Omit<typeof ErrorBody, 'description'> & {
  description: string
  examples: object[]
  headers?: AnswerHeaders
}

/** The error responses of a route for its documentation: one response per status, with one line and one example per code. */
export function errorResponses(...codes: ErrorCode[]): Record<number, ErrorAnswer> {
  return withErrors({}, new Set([...codes.flatMap(withRelatedErrors), ...errorsOfEveryRoute]))
}

/** These responses, and those of more errors. */
export function withErrors(
  given: Readonly<Record<number, ErrorAnswer>>,
  codes: Iterable<ErrorCode>,
): Record<number, ErrorAnswer> {
  const responses = { ...given }
  for (const code of codes) {
    const { status } = errorCatalogue[code]
    const details = exampleDetails(code)
    const [zh, en] = [errorMessage(code, 'zh', details), errorMessage(code, 'en', details)]
    const { description, examples = [], headers } = responses[status] ?? {}
    const line = `${zh} · ${en}`
    responses[status] = {
      ...ErrorBody,
      description: description === undefined ? line : `${description}\n\n${line}`,
      examples: [...examples, { error: errorType(status), message: zh }],
      ...(code === 'school-queue' ? { headers: waitingHeaders } : headers && { headers }),
    }
  }
  return responses
}
