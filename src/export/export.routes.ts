import { Readable } from 'node:stream'
import { errorResponses } from '../http/document/api-schemas.ts'
import type { ObjectSchema, Routes } from '../http/document/json-schema.ts'
import { invalidParameter } from '../http/errors/invalid-parameter.ts'
import { languageOf } from '../http/errors/language.ts'
import type { LogUnavailable } from '../http/errors/unavailability-log.ts'
import { abortResponse } from '../http/transport/abort-response.ts'
import { createCampusCalendar, dayText } from '../shared/campus-calendar.ts'
import { calendarExport } from './calendar-export.schemas.ts'
import { csvExport } from './csv-export.schemas.ts'
import type { AccountExport, ExportService } from './export.service.ts'
import type { ExportView } from './export-view.ts'
import { Export, jsonExport } from './json-export.schemas.ts'

interface Format {
  type: string
  write(data: AccountExport, view: ExportView): AsyncIterable<string>
}

const formats = {
  json: { type: 'application/json; charset=utf-8', write: jsonExport },
  csv: { type: 'text/csv; charset=utf-8; header=present', write: csvExport },
  ics: { type: 'text/calendar; charset=utf-8', write: calendarExport },
} as const satisfies Record<string, Format>

const ExportQuery = {
  type: 'object',
  properties: {
    format: {
      type: 'string',
      enum: ['json', 'csv', 'ics'],
      default: 'json',
      description:
        '`json`：全部数据；`csv`：学习记录，供电子表格使用；`ics`：已结束的学习记录，供日历使用 · `json`: all data; `csv`: the records, for spreadsheets; `ics`: the ended records, for calendars',
    },
  },
} as const satisfies ObjectSchema

const exporting = {
  operationId: 'exportOwnData',
  summary: '导出自己的数据 · Export own data',
  description: `边读边发，没有 \`Content-Length\`；中途出错时连接会中断，不会像是完整的文件。导出期间新建的记录不在其中，每条记录恰好一次。同一账号最多同时导出两份。

The response is streamed, without a \`Content-Length\`. If it fails midway, the connection is reset, so that a partial file never looks complete. It contains each record once, without those that are created meanwhile. An account can have two exports at the same time.`,
  tags: ['users'],
  querystring: ExportQuery,
  response: {
    200: {
      ...Export,
      headers: {
        'Content-Disposition': { type: 'string', description: '文件名 · The name of the file' },
      },
      otherMedia: {
        'text/csv': {
          type: 'string',
          description: 'UTF-8，带 BOM；表头为中文或英文 · UTF-8 with a BOM; the header row is in Chinese or English',
        },
        'text/calendar': {
          type: 'string',
          description: '日历（iCalendar，RFC 5545） · A calendar: iCalendar, RFC 5545',
        },
      },
    },
    ...errorResponses('bad-query', 'unauthorized', 'export-under-way'),
  },
}

export interface ExportRoutesOptions {
  exports: ExportService
  /** Of the campus. */
  timezone: string
  logUnavailable: LogUnavailable
}

export const exportRoutes: Routes<ExportRoutesOptions> = async (app, { exports, timezone, logUnavailable }) => {
  const calendar = createCampusCalendar(timezone)

  app.get(
    '/users/me/export',
    { schemaErrorFormatter: invalidParameter('bad-query'), schema: exporting },
    async ({ id: reqId, identity, query, origin, headers, method }, reply) => {
      const extension = query.format ?? 'json'
      const { type, write } = formats[extension]
      const language = languageOf(headers['accept-language'])
      const data = await exports.openExport(identity.accountId)
      const file = Readable.from(method === 'HEAD' ? [] : write(data, { origin, language, timezone }))
      file.once('close', data.close)
      file.once('error', (error) => {
        if (reply.raw.headersSent) abortResponse(reply)
        if (!logUnavailable(error, { reqId })) reply.log.error({ reqId, err: error }, 'an export was interrupted')
      })
      reply
        .header('content-disposition', attachment(`${dayText(calendar.dayOf(data.exportedAt))}.${extension}`))
        .header('content-language', language)
        .header('vary', 'Accept-Language')
        .type(type)
      return reply.send(file)
    },
  )
}

/** With a name in ASCII for old clients (RFC 6266, appendix D). */
function attachment(ending: string): string {
  const name = encodeURIComponent(`占领图书馆-${ending}`)
  return `attachment; filename="occupy-the-library-${ending}"; filename*=UTF-8''${name}`
}
