import type { RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { once } from '../../shared/once.ts'
import { sendFile, staticFile } from '../static-file.ts'
import { apiDocument } from './openapi-document.ts'

/** OpenAPI 3.1 from the schemas. Registered before the routes; put together when it is first asked for, which few ever do. */
export const openapi = fp(async (app, { version }: { version: string }) => {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (route.schema && route.schema.hide !== true && route.method !== 'HEAD') routes.push(route)
  })
  const document = once(() => apiDocument(routes, version))
  app.decorate('apiDocument', document)
  const file = once(async () => staticFile('application/json; charset=utf-8', JSON.stringify(await document())))
  app.get('/openapi.json', { schema: { hide: true } }, async (request, reply) => sendFile(request, reply, await file()))
})

declare module 'fastify' {
  interface FastifyInstance {
    apiDocument(): Promise<object>
  }
  interface FastifySchema {
    hide?: boolean
  }
}
