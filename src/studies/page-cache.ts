import { LRUCache } from 'lru-cache'
import type { EpochSeconds } from '../shared/clock.ts'

/** Some 4 KiB each. */
const most = 1000
const mostBytes = 16 * 1024 * 1024

/** In seconds: an instance of an older release, while one takes over from the other, does not tell of what it writes. */
const longest = 10

interface KeptPage {
  /** Of the account's records, read before them: with another, the page is void. */
  version: number
  /** What its links begin with. Not a part of the key: a client may choose among many, and has one page kept at most. */
  origin: string
  /** When it was made: a clock that was ahead may be put back. */
  from: EpochSeconds
  until: EpochSeconds
  text: string
}

/** Pages as they were sent, which phones ask for again and again. Whatever is written, by any process, makes another version of them. */
export function createPageCache() {
  const pages = new LRUCache<string, KeptPage>({
    max: most,
    maxSize: mostBytes,
    // A letter that is not Latin takes two bytes.
    sizeCalculation: ({ text }, key) => 2 * (text.length + key.length),
  })
  return {
    recall(key: string, origin: string, version: number, now: EpochSeconds): string | undefined {
      const page = pages.get(key)
      return page?.version === version && page.origin === origin && now >= page.from && now < page.until
        ? page.text
        : undefined
    },

    /** @param until when one of its records is over by itself */
    keep(key: string, page: Pick<KeptPage, 'version' | 'origin' | 'text'>, now: EpochSeconds, until: EpochSeconds) {
      pages.set(key, { ...page, from: now, until: Math.min(until, now + longest) })
    },
  }
}
