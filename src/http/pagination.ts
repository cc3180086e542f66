import { DomainError } from '../shared/errors.ts'
import type { Cursor, Order, Page, PageRequest } from '../shared/page.ts'
import type { ObjectSchema } from './document/json-schema.ts'

const maxPerPage = 100
export const defaultPerPage = 20

export const PageQuery = {
  type: 'object',
  properties: {
    per_page: {
      type: 'integer',
      minimum: 1,
      maximum: maxPerPage,
      default: defaultPerPage,
      description: '每页条数 · Records per page',
    },
    order: {
      type: 'string',
      enum: ['asc', 'desc'],
      default: 'asc',
      description: '最早或最晚的在前 · Oldest or newest first',
    },
    page: {
      type: 'integer',
      minimum: 1,
      maximum: 1e9,
      description: '页码，供旧客户端使用；请改用 `next` · Page number, for old clients; follow `next` instead',
    },
    cursor: {
      type: 'string',
      maxLength: 64,
      description: '由服务器给出，见 `next` 和 `prev` · Given by the server in `next` and `prev`',
    },
  },
} as const satisfies ObjectSchema

interface PageQueryValues {
  per_page?: number
  order?: Order
  page?: number
  cursor?: string
}

/** The text form of cursors. `decode` returns undefined for any text that `encode` has not written. */
export interface CursorCode {
  encode(cursor: Cursor): string
  decode(text: string): Cursor | undefined
}

/** @throws DomainError `bad-cursor` */
export function pageRequest(query: PageQueryValues, code: CursorCode = plain): PageRequest {
  const { per_page: perPage = defaultPerPage, order = 'asc', page, cursor: text } = query
  const cursor = text === undefined ? undefined : code.decode(text)
  if (text !== undefined && cursor === undefined) throw new DomainError('bad-cursor')
  return { perPage, order, page, cursor }
}

/** The links of a page: the query of the request, with the cursor in place of its `page` or `cursor`. */
export function pageLinks(
  page: Page<unknown>,
  url: string,
  query: object,
  code: CursorCode = plain,
): { next: string | null; prev: string | null } {
  const link = (cursor: Cursor | undefined) => pageLink(url, query, cursor && code.encode(cursor))
  return { next: link(page.next), prev: link(page.prev) }
}

/** The URL of a page that begins at this cursor, with the rest of the request's query. */
export function pageLink(url: string, query: object, cursor: string | undefined): string | null {
  if (cursor === undefined) return null
  const kept = Object.entries(query).filter(
    ([name, value]) => name !== 'page' && name !== 'cursor' && value !== undefined,
  )
  const parameters = new URLSearchParams(kept.map(([name, value]) => [name, String(value)]))
  parameters.set('cursor', cursor)
  return `${url}?${parameters}`
}

const plain: CursorCode = {
  encode({ direction, startedAt, id }) {
    return Buffer.from(`${direction === 'after' ? 'a' : 'b'}${startedAt},${id}`).toString('base64url')
  },

  decode(text) {
    const parts = /^([ab])(-?\d{1,16}),(-?\d{1,16})$/.exec(Buffer.from(text, 'base64url').toString('latin1'))
    const [startedAt, id] = [Number(parts?.[2]), Number(parts?.[3])]
    if (parts === null || !Number.isSafeInteger(startedAt) || !Number.isSafeInteger(id)) return undefined
    return { direction: parts[1] === 'a' ? 'after' : 'before', startedAt, id }
  },
}
