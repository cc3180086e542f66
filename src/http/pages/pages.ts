import type { FastifyPluginAsync } from 'fastify'
import { languageOf } from '../errors/language.ts'
import { apiBase } from '../links.ts'
import { pageHeaders } from '../security/security-headers.ts'
import { indexPage, indexPolicy } from './index-page.ts'
import { prefersPage } from './prefers-page.ts'
import { sendFile, staticFile } from './static-file.ts'
import { sendFirstPage, type WebApp, webApp } from './web-app.ts'

export interface PagesOptions {
  version: string
  isReady: () => Promise<boolean>
  /** Undefined if WEB=off. */
  web: WebApp | undefined
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#1f5f99"/><path d="M16 9c-3-2-6-2.5-9-2v16c3-.5 6 0 9 2 3-2 6-2.5 9-2V7c-3-.5-6 0-9 2zm0 0v16" fill="none" stroke="#fff" stroke-width="2" stroke-linejoin="round"/></svg>\n`
const robots = `User-agent: *\nDisallow: ${apiBase}/\n`

/** What browsers and crawlers request in addition to the API. */
export const pages: FastifyPluginAsync<PagesOptions> = async (app, { version, isReady, web }) => {
  const options = { schema: { hide: true } }
  app.get('/', options, async (request, reply) => {
    if (web && prefersPage(request)) return sendFirstPage(request, reply, web)
    const facts = { version, isReady: await isReady() }
    reply.headers({ 'cache-control': 'no-cache', vary: 'Accept, Accept-Language' })
    if (!prefersPage(request)) return indexOf(request.origin, facts)
    const language = languageOf(request.headers['accept-language'])
    return reply
      .headers({ ...pageHeaders, 'content-security-policy': indexPolicy, 'content-language': language })
      .type('text/html; charset=utf-8')
      .send(indexPage(language, facts))
  })
  if (web) await app.register(webApp, { web })
  for (const [url, file] of [
    ['/favicon.svg', staticFile('image/svg+xml', icon)],
    ['/favicon.ico', staticFile('image/svg+xml', icon)],
    ['/robots.txt', staticFile('text/plain; charset=utf-8', robots)],
  ] as const) {
    app.get(url, options, async (request, reply) =>
      sendFile(request, reply.header('cache-control', 'max-age=86400'), file),
    )
  }
}

function indexOf(origin: string, { version, isReady }: { version: string; isReady: boolean }) {
  return {
    name: 'Occupy the Library',
    version,
    status: isReady ? 'ready' : 'unavailable',
    api: `${origin}${apiBase}`,
    documentation: `${origin}/docs`,
    openapi: `${origin}/openapi.json`,
  }
}
