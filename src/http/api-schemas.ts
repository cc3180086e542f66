import { type TSchema, Type } from 'typebox'
import type { ErrorCode } from '../shared/errors.ts'
import { errorCatalogue, errorType } from './error-catalogue.ts'

const ErrorBody = Type.Object({ error: Type.String(), message: Type.String() })

/** The error answers of a route for its documentation: one response a status, one example a code. */
export function errorResponses(...codes: ErrorCode[]): Record<number, TSchema> {
  const responses: Record<number, TSchema> = {}
  for (const code of codes) {
    const { status, zh } = errorCatalogue[code]
    const examples = (responses[status] as { examples?: unknown[] } | undefined)?.examples ?? []
    responses[status] = Type.Object(ErrorBody.properties, {
      description: errorType(status),
      examples: [...examples, { error: errorType(status), message: zh }],
    })
  }
  return responses
}

/** An id in a path: whatever is not one names nothing. */
export function idParameter(text: string): number | undefined {
  const id = Number(text)
  return /^[1-9][0-9]{0,15}$/.test(text) && Number.isSafeInteger(id) ? id : undefined
}
