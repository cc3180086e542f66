import type { RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { once } from '../../shared/once.ts'
import { type ApiDocument, describeRoutes } from './openapi-document.ts'

/** OpenAPI 3.1 from the schemas. Registered before the routes; put together when it is first asked for, which few ever do. */
export const openapi = fp(async (app, { version }: { version: string }) => {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (route.schema && route.schema.hide !== true && route.method !== 'HEAD') routes.push(route)
  })
  const described = once(() => describeRoutes(routes, version))
  const document = (origin: string) => ({ ...described(), servers: [{ url: origin }] })
  app.decorate('apiDocument', document)
  app.get('/openapi.json', { schema: { hide: true } }, async ({ origin }) => document(origin))
})

declare module 'fastify' {
  interface FastifyInstance {
    /** `origin` is the server that it names. */
    apiDocument(origin: string): ApiDocument
  }
}
