import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { FastifyPluginAsync } from 'fastify'
import { DomainError } from '../../shared/errors.ts'

interface Page {
  type: string
  body: Buffer | string
}

const html = `<!DOCTYPE html>
<html lang="zh-CN">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>占领图书馆 API</title>
  <link rel="stylesheet" href="/docs/swagger-ui.css">
  <link rel="icon" href="/docs/favicon.png">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="/docs/swagger-ui-bundle.js"></script>
  <script src="/docs/start.js"></script>
</body>
</html>
`

const script = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null })\n`

const contentSecurityPolicy =
  "default-src 'self'; base-uri 'self'; font-src 'self' data:; frame-ancestors 'self'; img-src 'self' data:; object-src 'none'; script-src 'self'; script-src-attr 'none'; style-src 'self'"

/** Swagger UI on the OpenAPI document. It is read at start-up: an upgrade may remove its files under a running service. */
export const apiReference: FastifyPluginAsync = async (app) => {
  const pages = await readPages()
  for (const url of ['/docs', '/docs/*']) {
    app.get(url, { schema: { hide: true } }, async (request, reply) => {
      const page = pages.get((request.params as { '*'?: string })['*'] ?? '')
      if (page === undefined) throw new DomainError('not-found')
      return reply
        .headers({ 'content-security-policy': contentSecurityPolicy, 'cache-control': 'max-age=3600' })
        .type(page.type)
        .send(page.body)
    })
  }
}

async function readPages(): Promise<ReadonlyMap<string, Page>> {
  const { resolve } = createRequire(import.meta.url)
  const asset = (name: string) => readFile(resolve(`@fastify/swagger-ui/static/${name}`))
  const [style, bundle, icon] = await Promise.all(
    ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'].map(asset),
  )
  return new Map([
    ['', { type: 'text/html; charset=utf-8', body: html }],
    ['swagger-ui.css', { type: 'text/css; charset=utf-8', body: style as Buffer }],
    ['swagger-ui-bundle.js', { type: 'text/javascript; charset=utf-8', body: bundle as Buffer }],
    ['start.js', { type: 'text/javascript; charset=utf-8', body: script }],
    ['favicon.png', { type: 'image/png', body: icon as Buffer }],
  ])
}
