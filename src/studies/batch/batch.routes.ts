import { bodyRefusals, errorResponses } from '../../http/document/api-schemas.ts'
import type { Routes } from '../../http/document/json-schema.ts'
import { languageOf } from '../../http/errors/language.ts'
import { DomainError } from '../../shared/errors.ts'
import { BatchBody, BatchResults, presentResult } from './batch.schemas.ts'
import { type BatchService, wasReached } from './batch.service.ts'
import { readItem } from './batch-item.schemas.ts'
import { maxBatchItems } from './batch-item.ts'

/**
 * 500 items with a subject of 40 and a note of 500 Chinese characters take 1.75 MB if each character is escaped
 * (`\u5b66`, as many clients do), and 0.9 MB if none is.
 */
const maxBatchBytes = 2 * 1024 * 1024

const sending = {
  operationId: 'sendBatch',
  summary: '批量提交离线时的操作 · Send what was done offline',
  description: `各项按顺序执行，每项单独有结果，一项出错不影响其他项。没有收到响应时原样重发：90 天内，同一个 \`key\`、同样的内容返回同样的结果，不会重复执行；内容不同则为 422。未执行（4xx）的一项可以改正后用同一个 \`key\` 再发；因时间在未来或 \`record_key\` 还不存在而未执行的，可以原样再发。批量提交的时间未经服务器见证，\`self_reported\` 为 true。

Items are applied in order. Each has its own result, and an invalid one does not affect the others. If the response is lost, send the batch again, unchanged: for 90 days the same \`key\` with the same content gets the same result, and nothing is done twice; with other content it gets a 422. A refused item (4xx) can be corrected and sent again with its \`key\`. An item that was refused because its time was in the future, or because its \`record_key\` did not exist yet, can be sent again unchanged. The service has not seen the times of a batch, so the records are \`self_reported\`. \`end\` also accepts \`subject\` and \`note\`. An item with a field that its action does not support gets a 400.`,
  tags: ['studys'],
  body: BatchBody,
  response: {
    200: BatchResults,
    ...errorResponses(...bodyRefusals, 'batch-too-long', 'bad-batch', 'unauthorized'),
  },
} as const

export const batchRoutes: Routes<{ batches: BatchService }> = async (app, { batches }) => {
  app.post(
    '/studys/batch',
    { bodyLimit: maxBatchBytes, validatorCompiler, schema: sending },
    async ({ identity, body, origin, headers }, reply) => {
      // Each item is validated separately.
      const items: readonly unknown[] = body.items
      if (items.length > maxBatchItems) throw new DomainError('batch-too-long')
      const language = languageOf(headers['accept-language'])
      return reply.answerOnce(
        (write) => batches.applyBatch(identity.accountId, items.map(readItem), write),
        (results) => ({
          body: { results: results.map((result, at) => presentResult(items[at], result, origin, language)) },
          // The client sends items that were not reached again.
          isStored: results.every(wasReached),
        }),
      )
    },
  )
}

function validatorCompiler({ httpPart }: { httpPart?: string }) {
  return httpPart === 'body' ? refuseWithoutItems : () => true
}

function refuseWithoutItems(body: unknown) {
  if (Array.isArray((body as { items?: unknown }).items)) return { value: body }
  return { error: new DomainError('bad-batch', { parameter: 'items' }) }
}
