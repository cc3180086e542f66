interface Operation {
  requestBody?: { required?: boolean; content?: Record<string, { schema?: { required?: string[] } }> }
}

/** A body in which nothing is required may itself be left out; the generator calls every body required. */
export function withOptionalBodies<T extends object>(document: T): T {
  const { paths = {} } = document as { paths?: Record<string, Record<string, Operation>> }
  for (const { requestBody } of Object.values(paths).flatMap((path) => Object.values(path))) {
    if (requestBody === undefined) continue
    const bodies = Object.values(requestBody.content ?? {})
    requestBody.required = bodies.some(({ schema }) => (schema?.required ?? []).length > 0)
  }
  return document
}
