import fp from 'fastify-plugin'

const year = 31_536_000

export function headersOfSecurity(https: boolean): Record<string, string> {
  const sniffing = { 'x-content-type-options': 'nosniff' }
  return https ? { ...sniffing, 'strict-transport-security': `max-age=${year}` } : sniffing
}

/** Answers to someone's credentials are nobody else's to keep. */
export const headersOfPrivate = { 'cache-control': 'no-store' }

export const securityHeaders = fp(async (app, { https }: { https: boolean }) => {
  const headers = headersOfSecurity(https)
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers)
    done()
  })
})

export const privateAnswers = fp(async (app) => {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headersOfPrivate)
    done()
  })
})
