import type { Dialect } from './dialect.ts'
import type { Trials } from './probe.ts'

export interface Finding {
  dialect: Dialect
  /** Those that nothing but a student's own login can tell from it. */
  others: readonly Dialect[]
  /** Something speaks for `dialect` before the others. */
  hinted: boolean
}

/** What a search for the dialect has seen so far, kept between logins: at a slow school one login ends before all is seen. */
export interface SearchMemory {
  begunAt: number
  page: string | undefined
  /** By path; empty where a script does not log in, or cannot be had. */
  scripts: Map<string, string>
  trials: Trials
  /** Of several dialects. */
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
