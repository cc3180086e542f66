import { DomainError, type ErrorCode, type ErrorDetails } from '../../shared/errors.ts'
import { DatabaseUnavailableError } from '../../storage/database-unavailable.ts'
import { errorCatalogue, errorType } from './error-catalogue.ts'
import { errorMessage } from './error-message.ts'
import type { Language } from './language.ts'

export interface ErrorBody {
  error: string
  message: string
}

export function errorBody(code: ErrorCode, language: Language, details: ErrorDetails = {}): ErrorBody {
  return { error: errorType(errorCatalogue[code].status), message: errorMessage(code, language, details) }
}

const frameworkCodes: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_MAX_PARAM_LENGTH: 'not-found',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
}

/** The error code of any thrown value; `internal` for unexpected errors. */
export function codeOf(error: unknown): ErrorCode {
  if (error instanceof DomainError) return error.code
  if (error instanceof DatabaseUnavailableError) return 'database-unavailable'
  const { code = '', statusCode = 500 } = error as { code?: string; statusCode?: number }
  const known = frameworkCodes[code]
  if (known !== undefined) return known
  if (statusCode === 413) return 'payload-too-large'
  if (statusCode >= 400 && statusCode < 500) return 'bad-request'
  return 'internal'
}
