import type { components } from '../api/schema.d.ts'
import type { LiveEvent } from './live-list.ts'

export interface LiveStreamListener {
  /** Called first, and then at every change. */
  onCounts(counts: components['schemas']['Live']): void
  onEvent(event: LiveEvent): void
  /** Missed events are no longer available. */
  onReset(): void
  /** The stream could not be opened, or broke off. It is closed. */
  onEnd(): void
}

/** Opens the stream of events. Returns a function that closes it. */
export function openLiveStream({ onCounts, onEvent, onReset, onEnd }: LiveStreamListener): () => void {
  const source = new EventSource('/api/v1.0/live')
  const listen = (name: string, work: (data: string) => void) =>
    source.addEventListener(name, (event) => work((event as MessageEvent<string>).data))
  listen('count', (data) => onCounts(JSON.parse(data)))
  for (const kind of ['start', 'end'] as const) listen(kind, (data) => onEvent({ kind, student: JSON.parse(data) }))
  listen('reset', onReset)
  // Without this, the browser would reconnect by itself, perhaps with a session that has ended.
  source.addEventListener('error', () => {
    source.close()
    onEnd()
  })
  return () => source.close()
}
