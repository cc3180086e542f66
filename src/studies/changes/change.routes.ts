import { errorResponses } from '../../http/document/api-schemas.ts'
import type { Routes } from '../../http/document/json-schema.ts'
import { invalidParameter } from '../../http/errors/invalid-parameter.ts'
import type { Clock } from '../../shared/clock.ts'
import { Changes, ChangesQuery, decodeCursor, maxChangesPerPage, presentChanges } from './change.schemas.ts'
import type { ChangeService } from './change.service.ts'

const listing = {
  operationId: 'listChanges',
  summary: '自己的记录的变化，供另一台设备同步 · Changes of own records, for a second device',
  description: `第一次不带 \`since\`，得到全部记录；\`more\` 为 true 时立即以响应的 \`cursor\` 为 \`since\` 再取，否则留着 \`cursor\` 下次用。删除信息保留 90 天：\`since\` 太旧或不属于本账号，则 \`reset\` 为 true，请丢弃本地的记录，从本页起重新列出。

Begin without \`since\`, to get all records. While \`more\` is true, send the next request at once, with the response's \`cursor\` as \`since\`; then keep the \`cursor\` for the next time. Deletions are kept for 90 days: if \`since\` is too old or of another account, \`reset\` is true. Then delete all local records: this page begins the list of all of them.`,
  tags: ['studys'],
  querystring: ChangesQuery,
  response: { 200: Changes, ...errorResponses('bad-query', 'unauthorized') },
} as const

export const changeRoutes: Routes<{ changes: ChangeService; clock: Clock }> = async (app, { changes, clock }) => {
  app.get(
    '/users/me/changes',
    { schemaErrorFormatter: invalidParameter('bad-query'), schema: listing },
    async ({ identity, query: { since, per_page: perPage = maxChangesPerPage }, origin }) => {
      const page = await changes.listChanges(identity.accountId, decodeCursor(since), perPage)
      return presentChanges(page, origin, clock.now())
    },
  )
}
