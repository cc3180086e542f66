import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyRequest {
    /** Scheme and authority of absolute URLs, without a trailing slash. */
    readonly origin: string
  }
}

export const apiBase = '/api/v1.0'

/** The path of a request's URL, without the query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/** Gives each request the origin of its links. */
export const links = fp(async (app, { publicUrl }: { publicUrl: string | undefined }) => {
  app.decorateRequest('origin', {
    getter(this: FastifyRequest) {
      return publicUrl ?? `${this.protocol}://${this.host}`
    },
  })
})
