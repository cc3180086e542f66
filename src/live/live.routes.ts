import { errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { invalidParameter } from '../http/errors/invalid-parameter.ts'
import { prefersEvents } from '../http/event-stream.ts'
import { apiBase } from '../http/links.ts'
import { pageRequest } from '../http/pagination.ts'
import type { LiveFeed } from './feed/live-feed.service.ts'
import {
  eventStreamDescription,
  eventStreamExample,
  LastEventId,
  LiveNow,
  LivePage,
  LivePageQuery,
  presentCounts,
  presentStudents,
} from './live.schemas.ts'
import type { LiveService } from './live.service.ts'
import type { LiveCode } from './live-code.ts'
import type { LiveListeners } from './stream/live-listeners.ts'

export interface LiveRoutesOptions {
  live: LiveService
  code: LiveCode
  feed: LiveFeed
  listeners: LiveListeners
}

const following = {
  operationId: 'getLive',
  summary: '此刻有多少人在学习 · How many students study now',
  description: `默认返回 JSON；\`Accept: text/event-stream\` 则持续推送事件。要显示名单，请先打开事件流，再读取 \`/live/students\`，然后按 \`key\` 应用事件。设为 \`only_me\` 的同学不计入，也不出现；设为 \`ranked_anonymously\` 的不显示是谁。

JSON by default; with \`Accept: text/event-stream\`, a stream of events. To show a list, open the stream first, then read \`/live/students\`, and apply the events by \`key\`. Students with \`only_me\` are neither counted nor listed; those with \`ranked_anonymously\` have no name.`,
  tags: ['live'],
  headers: LastEventId,
  response: {
    200: {
      ...LiveNow,
      otherMedia: {
        'text/event-stream': { type: 'string', description: eventStreamDescription, examples: [eventStreamExample] },
      },
    },
    ...errorResponses('unauthorized', 'too-many-listeners', 'listeners-full'),
  },
} as const

const listing = {
  operationId: 'listLiveStudents',
  summary: '谁在学习 · Who studies now',
  description:
    '按开始时间排列，最早的在前。翻页请原样使用 `next` 和 `prev`。\n\nOrdered by start, oldest first. Follow `next` and `prev` as they are.',
  tags: ['live'],
  querystring: LivePageQuery,
  response: { 200: LivePage, ...errorResponses('bad-query', 'bad-cursor', 'unauthorized') },
} as const

export const liveRoutes: Routes<LiveRoutesOptions> = async (app, { live, code, feed, listeners }) => {
  app.get('/live', { schema: following }, async (request, reply) => {
    reply.header('vary', 'Accept')
    if (request.method === 'HEAD' || !prefersEvents(request.headers.accept))
      return presentCounts(await live.readCounts())
    await listeners.open(request, reply, request.headers['last-event-id']?.toString())
    return reply
  })

  app.get(
    '/live/students',
    { schemaErrorFormatter: invalidParameter('bad-query'), schema: listing },
    async ({ origin, query }) => {
      const page = await live.listStudents(pageRequest(query, code.cursors))
      return presentStudents(page, { origin, url: `${origin}${apiBase}/live/students`, query, code: code.cursors })
    },
  )

  app.drain.signal.addEventListener('abort', listeners.endAll)
  // Ends the streams before the server waits for its connections to close.
  app.addHook('preClose', async () => {
    listeners.close()
    feed.close()
  })
}
