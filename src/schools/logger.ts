type Write = (fields: Record<string, unknown>, message: string) => void

/** The part of a pino logger that the adapters use. */
export interface Logger {
  debug: Write
  info: Write
  warn: Write
  error: Write
}
