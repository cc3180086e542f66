import type { components } from '../api/schema.d.ts'
import type { LiveEvent } from './live-list.ts'

export interface LiveStreamListener {
  /** Arrives first, then at every change. */
  onCounts(counts: components['schemas']['Live']): void
  onEvent(event: LiveEvent): void
  /** What was missed can't be told any more. */
  onReset(): void
  /** It could not be opened, or broke off: it is closed for good. */
  onEnd(): void
}

/** The service's events, in this browser's session. Returns what closes it. */
export function openLiveStream({ onCounts, onEvent, onReset, onEnd }: LiveStreamListener): () => void {
  const source = new EventSource('/api/v1.0/live')
  const listen = (name: string, work: (data: string) => void) =>
    source.addEventListener(name, (event) => work((event as MessageEvent<string>).data))
  listen('count', (data) => onCounts(JSON.parse(data)))
  for (const kind of ['start', 'end'] as const) listen(kind, (data) => onEvent({ kind, student: JSON.parse(data) }))
  listen('reset', onReset)
  // The browser would try again by itself, with a session that may have ended meanwhile.
  source.addEventListener('error', () => {
    source.close()
    onEnd()
  })
  return () => source.close()
}
