import type { FastifySchemaValidationError } from 'fastify'
import { DomainError, type ErrorCode } from '../../shared/errors.ts'

/** A route's `schemaErrorFormatter`, for a code whose message names the parameter. */
export function invalidParameter(code: ErrorCode) {
  return ([fault]: FastifySchemaValidationError[]): DomainError =>
    new DomainError(code, { parameter: fault?.instancePath.split('/')[1] })
}
