import type { RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { once } from '../../shared/once.ts'
import { type StaticFile, sendFile, staticFile } from '../pages/static-file.ts'
import { type ApiDocument, describeRoutes } from './openapi-document.ts'

const json = 'application/json; charset=utf-8'

/** OpenAPI 3.1 from the schemas. Must be registered before the routes. Generated on the first request, which few instances ever get. */
export const openapi = fp(async (app, { version }: { version: string }) => {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (route.schema && route.schema.hide !== true && route.method !== 'HEAD') routes.push(route)
  })
  const described = once(() => describeRoutes(routes, version))
  const document = (origin: string) => ({ ...described(), servers: [{ url: origin }] })
  app.decorate('apiDocument', document)
  // The requests to one instance usually have the same origin.
  let latest: { origin: string; file: StaticFile } | undefined
  app.get('/openapi.json', { schema: { hide: true } }, async (request, reply) => {
    const { origin } = request
    if (latest?.origin !== origin) latest = { origin, file: staticFile(json, JSON.stringify(document(origin))) }
    return sendFile(request, reply, latest.file)
  })
})

declare module 'fastify' {
  interface FastifyInstance {
    /** `origin` is the server that the document names. */
    apiDocument(origin: string): ApiDocument
  }
}
