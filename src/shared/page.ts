export type Order = 'asc' | 'desc'

/** Where a page begins: strictly after (or before, when paging backwards) the row with these sort keys. */
export interface Cursor {
  direction: 'after' | 'before'
  startedAt: number
  id: number
}

/** `cursor` and `page` (1-based, for old clients) are mutually exclusive. Neither means the first page. */
export interface PageRequest {
  perPage: number
  order: Order
  cursor?: Cursor | undefined
  page?: number | undefined
}

export interface Page<T> {
  items: T[]
  count: number
  next: Cursor | undefined
  prev: Cursor | undefined
}
