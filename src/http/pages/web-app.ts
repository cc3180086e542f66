import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../shared/errors.ts'
import { pathOf } from '../links.ts'
import { webAppHeaders } from '../security/security-headers.ts'
import { prefersPage } from './prefers-page.ts'
import { type StaticFile, sendFile, staticFile } from './static-file.ts'

export interface WebApp {
  /** The files of dist/web, by URL path. */
  readonly files: ReadonlyMap<string, StaticFile>
  /** The value of `Link` for the screen at this path: its scripts, which a browser then loads at the same time as the first one. */
  linkFor(path: string): string | undefined
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
}

/** Paths that never belong to the app, even for browsers. */
const outside = /^\/(?:api|assets|docs|openapi\.json|healthz|readyz|metrics)(?:[/?]|$)/

/** Reads dist/web at start-up: an upgrade may remove it while the service runs. Undefined if the app was not built. */
export async function readWebApp(): Promise<WebApp | undefined> {
  const index = findIndex()
  if (index === undefined) return undefined
  const folder = dirname(index)
  const names = await readdir(folder, { recursive: true })
  const served = names.filter((name) => types[extname(name)] !== undefined)
  const compressed = new Set(names)
  const files = await Promise.all(
    served.map(async (name) => {
      const file = await readWebFile(join(folder, name), compressed.has(`${name}.gz`))
      return [`/${name.replaceAll('\\', '/')}`, file] as const
    }),
  )
  return { files: new Map(files), linkFor: await readScreenScripts(join(folder, 'screen-scripts.json')) }
}

/**
 * Written by the build: the scripts of each screen, by the path of its route, in which `:name` matches any segment.
 * Sources may run with the app of an older build, which has no such file: then no screen has a `Link`.
 */
export async function readScreenScripts(path: string): Promise<WebApp['linkFor']> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw error
  })
  const scripts = Object.entries(JSON.parse(text) as Record<string, string[]>)
  const links = scripts.map(([route, files]) => ({
    route: new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`),
    link: files.map((file) => `<${file}>; rel=modulepreload`).join(', '),
  }))
  return (path) => links.find(({ route }) => route.test(path))?.link
}

function findIndex(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('#web')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

async function readWebFile(path: string, isCompressed: boolean): Promise<StaticFile> {
  const type = types[extname(path)] ?? ''
  if (!isCompressed) return staticFile(type, await readFile(path))
  const [gzip, brotli] = await Promise.all([readFile(`${path}.gz`), readFile(`${path}.br`)])
  return staticFile(type, gzip, { isGzip: true, brotli })
}

/** Serves the files of the web app, and its first page for all paths that browsers open and that no other route serves. */
export const webApp: FastifyPluginAsync<{ web: WebApp }> = async (app, { web }) => {
  const options = { schema: { hide: true } }
  for (const [path, file] of web.files) {
    if (path.startsWith('/assets/')) continue
    app.get(path, options, async (request, reply) => sendWebFile(request, reply, path, file))
  }
  app.get('/assets/*', options, async (request, reply) => {
    const path = pathOf(request.url)
    const file = web.files.get(path)
    if (file === undefined) throw new DomainError('not-found')
    return sendWebFile(request, reply, path, file)
  })
  app.answerUnknownPaths((request, reply) => {
    const { method, url } = request
    if ((method !== 'GET' && method !== 'HEAD') || outside.test(url) || !prefersPage(request)) return false
    sendFirstPage(request, reply, web)
    return true
  })
}

export function sendFirstPage(request: FastifyRequest, reply: FastifyReply, web: WebApp): FastifyReply {
  const index = web.files.get('/index.html')
  if (index === undefined) throw new DomainError('not-found')
  const link = web.linkFor(pathOf(request.url))
  if (link !== undefined) reply.header('link', link)
  return sendWebFile(request, reply.header('vary', 'Accept'), '/index.html', index)
}

function sendWebFile(request: FastifyRequest, reply: FastifyReply, path: string, file: StaticFile): FastifyReply {
  return sendFile(request, reply.headers({ ...webAppHeaders, 'cache-control': cachingOf(path) }), file)
}

/** The names of files in /assets contain the hash of their content. */
function cachingOf(path: string): string {
  if (path.startsWith('/assets/')) return 'public, max-age=31536000, immutable'
  return /\.(?:png|svg)$/.test(path) ? 'max-age=86400' : 'no-cache'
}
