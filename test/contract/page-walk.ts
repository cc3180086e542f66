import assert from 'node:assert/strict'
import type { Api } from './api.ts'
import type { Credentials } from './client.ts'
import { type Page, pageOf, type StudyRecord } from './resources.ts'

const PAGES_AT_MOST = 500

/** The pages from this one on, by following `next` or `prev` unchanged until there is none. */
export async function walk(api: Api, as: Credentials, first: string, link: 'next' | 'prev'): Promise<Page[]> {
  const pages: Page[] = []
  for (let url: string | null = first; url !== null; url = pages.at(-1)?.[link] ?? null) {
    pages.push(pageOf(await api.get(url, as)))
    assert.ok(pages.length < PAGES_AT_MOST, `${link} repeats`)
  }
  return pages
}

/** The records of a list read from start to end and back, which must be the same both ways. */
export async function walkBothWays(api: Api, as: Credentials, first: string, perPage: number): Promise<StudyRecord[]> {
  const there = await walk(api, as, first, 'next')
  const records = there.flatMap((page) => page.studys)
  assert.equal(there[0]?.prev, null, 'nothing is before the first page')
  for (const page of there) assert.equal(page.count, records.length, 'count is exact on every page')
  for (const page of there.slice(0, -1)) assert.equal(page.studys.length, perPage)
  const beforeLast = there.at(-1)?.prev ?? null
  const back = beforeLast === null ? [] : await walk(api, as, beforeLast, 'prev')
  const recordsBack = [...back.reverse(), ...there.slice(-1)].flatMap((page) => page.studys)
  assert.deepEqual(recordsBack, records)
  return records
}

/** Ordered by start time, then id. */
export function inOrder(records: readonly StudyRecord[]): StudyRecord[] {
  return records.toSorted((a, b) => a.start_time.localeCompare(b.start_time) || a.id - b.id)
}
