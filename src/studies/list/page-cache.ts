import { LRUCache } from 'lru-cache'
import type { EpochSeconds } from '../../shared/clock.ts'

/** About 4 KiB each. */
const maxEntries = 1000
const maxBytes = 16 * 1024 * 1024

/** During an upgrade, an instance of an older release does not change the version when it writes. */
const maxAgeSeconds = 10

interface CachedPage {
  /** The version of the account's records, read before the records. The page is invalid when the account has another version. */
  version: number
  /**
   * The origin of its links. It is not part of the key, because a client can choose it freely: only one page is cached
   * for all origins.
   */
  origin: string
  /** When the page was created. If this is in the future, the clock was ahead and has been set back. */
  from: EpochSeconds
  until: EpochSeconds
  text: string
}

/**
 * Caches pages as they were sent, because phones request them again and again. Every write, by any process, changes the
 * account's version and so invalidates them.
 */
export function createPageCache() {
  const pages = new LRUCache<string, CachedPage>({
    max: maxEntries,
    maxSize: maxBytes,
    // A character outside Latin-1 takes two bytes.
    sizeCalculation: ({ text }, key) => 2 * (text.length + key.length),
  })
  return {
    get(key: string, origin: string, version: number, now: EpochSeconds): string | undefined {
      const page = pages.get(key)
      return page?.version === version && page.origin === origin && now >= page.from && now < page.until
        ? page.text
        : undefined
    },

    /** @param until when the service ends the first of its running records */
    set(key: string, page: Pick<CachedPage, 'version' | 'origin' | 'text'>, now: EpochSeconds, until: EpochSeconds) {
      pages.set(key, { ...page, from: now, until: Math.min(until, now + maxAgeSeconds) })
    },
  }
}
