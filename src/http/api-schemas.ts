import type { ErrorCode } from '../shared/errors.ts'
import { asksToWait, errorCatalogue, errorType } from './error-catalogue.ts'
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

/** The error answers of a route for its documentation: one response a status, one line and one example a code. */
export function errorResponses(...codes: ErrorCode[]): Record<number, ErrorResponse> {
  const responses: Record<number, ErrorResponse> = {}
  for (const code of new Set([...codes, ...everywhere])) {
    const { status, zh, en } = errorCatalogue[code]
    const { description, examples = [] } = responses[status] ?? {}
    const line = `${zh} · ${en}`
    responses[status] = {
      ...ErrorBody,
      description: description === undefined ? line : `${description}\n\n${line}`,
      examples: [...examples, { error: errorType(status), message: zh }],
      ...(asksToWait(status) && { headers: { 'Retry-After': RetryAfter } }),
    }
  }
  return responses
}

const RetryAfter = {
  type: 'integer',
  description: '过多少秒再试 · Seconds to wait before another try',
} as const satisfies JsonSchema

/** An id in a path: whatever is not one names nothing. */
export function idParameter(text: string): number | undefined {
  const id = Number(text)
  return /^[1-9][0-9]{0,15}$/.test(text) && Number.isSafeInteger(id) ? id : undefined
}
