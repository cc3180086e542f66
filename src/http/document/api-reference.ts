import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { FastifyPluginAsync } from 'fastify'
import { DomainError } from '../../shared/errors.ts'
import { pageHeaders } from '../security-headers.ts'
import { type StaticFile, sendFile, staticFile } from '../static-file.ts'

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

/** Swagger UI on the OpenAPI document. It is read at start-up: an upgrade may remove its files under a running service. */
export const apiReference: FastifyPluginAsync = async (app) => {
  const pages = await readPages()
  for (const url of ['/docs', '/docs/*']) {
    app.get(url, { schema: { hide: true } }, async (request, reply) => {
      const page = pages.get((request.params as { '*'?: string })['*'] ?? '')
      if (page === undefined) throw new DomainError('not-found')
      return sendFile(request, reply.headers(pageHeaders).header('cache-control', 'max-age=3600'), page)
    })
  }
}

async function readPages(): Promise<ReadonlyMap<string, StaticFile>> {
  const { resolve } = createRequire(import.meta.url)
  const asset = (name: string) => readFile(resolve(`@fastify/swagger-ui/static/${name}`))
  const [style, bundle, icon] = await Promise.all(
    ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'].map(asset),
  )
  return new Map([
    ['', staticFile('text/html; charset=utf-8', html)],
    ['swagger-ui.css', staticFile('text/css; charset=utf-8', style as Buffer)],
    ['swagger-ui-bundle.js', staticFile('text/javascript; charset=utf-8', bundle as Buffer)],
    ['start.js', staticFile('text/javascript; charset=utf-8', script)],
    ['favicon.png', staticFile('image/png', icon as Buffer)],
  ])
}
