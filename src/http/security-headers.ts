import fp from 'fastify-plugin'

const year = 31_536_000

export const securityHeaders = fp(async (app, { https }: { https: boolean }) => {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff')
    if (https) reply.header('strict-transport-security', `max-age=${year}`)
    done()
  })
})

/** Answers to someone's credentials are nobody else's to keep. */
export const privateAnswers = fp(async (app) => {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store')
    done()
  })
})
