import type { ErrorCode } from '../shared/errors.ts'
import { errorCatalogue, errorType } from './error-catalogue.ts'
import type { ObjectSchema } from './json-schema.ts'

const ErrorBody = {
  type: 'object',
  required: ['error', 'message'],
  properties: { error: { type: 'string' }, message: { type: 'string' } },
} as const satisfies ObjectSchema

type ErrorResponse = typeof ErrorBody & Pick<ObjectSchema, 'description' | 'examples'>

/** The error answers of a route for its documentation: one response a status, one example a code. */
export function errorResponses(...codes: ErrorCode[]): Record<number, ErrorResponse> {
  const responses: Record<number, ErrorResponse> = {}
  for (const code of codes) {
    const { status, zh } = errorCatalogue[code]
    const examples = responses[status]?.examples ?? []
    responses[status] = {
      ...ErrorBody,
      description: errorType(status),
      examples: [...examples, { error: errorType(status), message: zh }],
    }
  }
  return responses
}

/** An id in a path: whatever is not one names nothing. */
export function idParameter(text: string): number | undefined {
  const id = Number(text)
  return /^[1-9][0-9]{0,15}$/.test(text) && Number.isSafeInteger(id) ? id : undefined
}
