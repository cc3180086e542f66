import type { FastifyInstance, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError } from '../shared/errors.ts'
import type { ApiDocument } from './openapi-document.ts'

/** OpenAPI 3.1 from the schemas, and a browsable reference. Registered before the routes; put together when it is first asked for, which few ever do. */
export const openapi = fp(async (app, { version }: { version: string }) => {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (route.schema && route.schema.hide !== true && route.method !== 'HEAD') routes.push(route)
  })
  let made: Promise<ApiDocument> | undefined
  app.decorate('apiDocument', async () => {
    made ??= import('./openapi-document.ts').then(({ apiDocument }) => apiDocument(routes, version))
    return made.catch((error: unknown) => {
      made = undefined
      throw error
    })
  })
  app.addHook('onClose', async () => (await made)?.close())
  for (const url of ['/openapi.json', '/docs', '/docs/*']) serveFrom(app, url)
})

function serveFrom(app: FastifyInstance, url: string): void {
  app.get(url, { schema: { hide: true } }, async ({ url, headers }, reply) => {
    const document = await app.apiDocument()
    const answer = await document.answer({ url, headers })
    if (answer.status === 404) throw new DomainError('not-found')
    return reply
      .code(answer.status)
      .headers(answer.headers)
      .send(answer.body.length > 0 ? answer.body : undefined)
  })
}

declare module 'fastify' {
  interface FastifyInstance {
    apiDocument(): Promise<ApiDocument>
  }
  interface FastifySchema {
    hide?: boolean
  }
}
