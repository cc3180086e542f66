import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue'
import { api, ask, fetchLink } from '../api/client.ts'
import type { Refusal } from '../api/result.ts'
import type { components } from '../api/schema.d.ts'
import { isOnline } from '../shell/network.ts'
import { type LiveEvent, type LiveStudent, withEvents } from './live-list.ts'
import { openLiveStream } from './live-stream.ts'

type Page = components['schemas']['LivePage']

export interface Live {
  counts: ShallowRef<components['schemas']['Live'] | undefined>
  /** The newest first. */
  students: ShallowRef<LiveStudent[] | undefined>
  refusal: ShallowRef<Refusal | undefined>
  /** Whether events arrive by the stream. Otherwise the list is polled. */
  isStreaming: Ref<boolean>
  /** The link to more students, if there are any. */
  next: Ref<string | null>
  loadMore(): Promise<void>
  reload(): Promise<void>
}

const pollMs = 5000
/** How long after a failure no stream is opened: a proxy may block streams. */
const streamPauseMs = 30_000

/** The students who study now. Updated while the page is visible and online. */
export function useLive(): Live {
  const [students, refusal] = [shallowRef<LiveStudent[]>(), shallowRef<Refusal>()]
  const counts: Live['counts'] = shallowRef()
  const [isStreaming, next] = [ref(false), ref<string | null>(null)]
  let events: LiveEvent[] = []
  let closeStream: (() => void) | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let streamPausedUntilMs = 0
  let isDisposed = false

  /** Events that arrive while the list is loading are applied to it. */
  async function readStudents(): Promise<void> {
    events = []
    const query = { order: 'desc', per_page: 100 } as const
    const result = await ask(api.GET('/api/v1.0/live/students', { params: { query } }))
    refusal.value = result.ok ? undefined : result.refusal
    if (!result.ok) return
    next.value = result.data.next
    students.value = withEvents(result.data.students, events)
  }

  async function reload(): Promise<void> {
    clearTimeout(timer)
    if (document.hidden || !isOnline.value) return
    const result = await ask(api.GET('/api/v1.0/live'))
    if (result.ok) counts.value = result.data as Live['counts']['value']
    await readStudents()
    // Only after a successful request: if the stream were refused, the browser might open its password dialog.
    if (result.ok && !closeStream && performance.now() >= streamPausedUntilMs) listen()
    if (!isStreaming.value) timer = setTimeout(reload, pollMs)
  }

  function listen(): void {
    if (isDisposed || document.hidden || !isOnline.value) return
    closeStream = openLiveStream({
      onCounts(latest) {
        counts.value = latest
        if (isStreaming.value) return
        isStreaming.value = true
        clearTimeout(timer)
        void readStudents()
      },
      onEvent(event) {
        events.push(event)
        if (students.value) students.value = withEvents(students.value, [event])
      },
      onReset: () => void readStudents(),
      onEnd() {
        const wasStreaming = isStreaming.value
        stop()
        if (!wasStreaming) streamPausedUntilMs = performance.now() + streamPauseMs
        timer = setTimeout(reload, pollMs)
      },
    })
  }

  function stop(): void {
    clearTimeout(timer)
    closeStream?.()
    closeStream = undefined
    isStreaming.value = false
  }

  function refresh(): void {
    stop()
    if (!document.hidden && isOnline.value) void reload()
  }

  async function loadMore(): Promise<void> {
    if (next.value === null) return
    const result = await fetchLink<Page>(next.value)
    if (!result.ok) refusal.value = result.refusal
    else {
      next.value = result.data.next
      students.value = withEvents([...result.data.students, ...(students.value ?? [])], [])
    }
  }

  document.addEventListener('visibilitychange', refresh)
  watch(isOnline, refresh, { immediate: true })
  onScopeDispose(() => {
    isDisposed = true
    document.removeEventListener('visibilitychange', refresh)
    stop()
  })
  return { counts, students, refusal, isStreaming, next, loadMore, reload }
}
