import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { FastifyPluginAsync } from 'fastify'
import { languageOf } from '../errors/language.ts'
import { sendFile, staticFile } from '../pages/static-file.ts'
import { pageHeaders } from '../security/security-headers.ts'

const page = (lang: string) => `<!DOCTYPE html>
<html lang="${lang}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>占领图书馆 API</title>
  <link rel="icon" href="/favicon.svg">
</head>
<body>
  <div id="reference"></div>
  <script src="/docs/start.js"></script>
  <script src="/docs/reference.js"></script>
</body>
</html>
`

/** Scalar encodes credentials with `btoa`, which fails on Chinese; ours sends UTF-8 (RFC 7617). Requests go to the origin of the page. */
const start = `const toBase64 = window.btoa.bind(window)
window.btoa = (text) => toBase64(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
addEventListener('DOMContentLoaded', () => {
  Scalar.createApiReference('#reference', {
    url: '/openapi.json',
    servers: [{ url: location.origin }],
    localization: { locale: document.documentElement.lang },
    authentication: { preferredSecurityScheme: 'basic' },
    documentDownloadType: 'json',
    orderSchemaPropertiesBy: 'preserve',
    hideClientButton: true,
    showDeveloperTools: 'never',
    agent: { disabled: true },
    mcp: { disabled: true },
    telemetry: false,
    withDefaultFonts: false,
    proxyUrl: '',
  })
})
`

/** Scalar adds styles to the page, but does not evaluate text as code. */
const contentSecurityPolicy =
  "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self' data:; form-action 'none'; frame-ancestors 'none'; img-src 'self' blob: data:; script-src 'self'; style-src 'self' 'unsafe-inline'"

/** Scalar with the OpenAPI document. Its program is read at start-up: an upgrade may remove the file while the service runs. */
export const apiReference: FastifyPluginAsync = async (app) => {
  const program = await readProgram()
  if (program === undefined) {
    app.log.warn('there is no page at /docs: run "npm run build"')
    return
  }
  const pages = { zh: staticFile(html, page('zh-CN')), en: staticFile(html, page('en')) }
  const options = { schema: { hide: true } }
  app.get('/docs', options, async (request, reply) => {
    reply.headers({
      ...pageHeaders,
      'content-security-policy': contentSecurityPolicy,
      'cache-control': 'no-cache',
      vary: 'Accept-Language',
    })
    return sendFile(request, reply, pages[languageOf(request.headers['accept-language'])])
  })
  for (const [url, file] of [
    ['/docs/start.js', staticFile(javascript, start)],
    ['/docs/reference.js', staticFile(javascript, program, { isGzip: true })],
  ] as const) {
    app.get(url, options, async (request, reply) => sendFile(request, reply.header('cache-control', 'no-cache'), file))
  }
}

const html = 'text/html; charset=utf-8'
const javascript = 'text/javascript; charset=utf-8'

/** Reads the program from dist/, where the build puts it. Running from the sources works without it. */
async function readProgram(): Promise<Buffer | undefined> {
  try {
    return await readFile(createRequire(import.meta.url).resolve('#reference'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}
