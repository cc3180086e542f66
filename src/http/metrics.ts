import { isIP } from 'node:net'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { DomainError } from '../shared/errors.ts'

const options = { schema: { hide: true }, config: { host: 'optional' } } as const

/** For a monitor on this machine, in Prometheus text format. All others, including requests through a proxy, get a 404. */
export const metrics: FastifyPluginAsync<{ text: () => Promise<string> }> = async (app, { text }) => {
  app.get('/metrics', options, async (request, reply) => {
    if (!isFromHere(request)) throw new DomainError('not-found')
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await text())
  })
}

function isFromHere({ socket, headers }: FastifyRequest): boolean {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  const isLoopback = address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
  return isLoopback && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined
}
