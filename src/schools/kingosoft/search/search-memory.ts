import type { Dialect } from '../dialects/dialect.ts'
import type { Trials } from './probe.ts'

export interface Finding {
  dialect: Dialect
  /** The dialects that only a student's own login can distinguish from `dialect`. */
  others: readonly Dialect[]
  /** Something that was seen prefers `dialect` over the others. */
  hinted: boolean
}

/**
 * What a search for the dialect has found so far. It is kept between logins, because at a slow school a login may end
 * before the search does.
 */
export interface SearchMemory {
  begunAt: number
  page: string | undefined
  /** By path. Empty if a script contains no login or cannot be fetched. */
  scripts: Map<string, string>
  trials: Trials
  /** The result, if several dialects remain possible. */
  found: Finding | undefined
  slowestCallMs: number
}

export function emptyMemory(): SearchMemory {
  return {
    begunAt: performance.now(),
    page: undefined,
    scripts: new Map(),
    trials: new Map(),
    found: undefined,
    slowestCallMs: 0,
  }
}
