import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue'
import { api, ask, follow } from '../api/client.ts'
import type { Refusal } from '../api/result.ts'
import type { components } from '../api/schema.d.ts'
import { isOnline } from '../shell/network.ts'
import { type LiveEvent, type LiveStudent, withEvents } from './live-list.ts'
import { openLiveStream } from './live-stream.ts'

type Page = components['schemas']['LivePage']

export interface Live {
  counts: ShallowRef<components['schemas']['Live'] | undefined>
  /** Who may be shown, the latest first. */
  students: ShallowRef<LiveStudent[] | undefined>
  refusal: ShallowRef<Refusal | undefined>
  /** Whether events arrive as they happen; else everything is asked for now and then. */
  isStreaming: Ref<boolean>
  /** The address of more students, if there are. */
  next: Ref<string | null>
  loadMore(): Promise<void>
  reload(): Promise<void>
}

const pollMs = 5000
/** A stream that fails is not tried at every poll: something on the way may not let it through. */
const streamPauseMs = 30_000

/** Who studies now, while the page is looked at and there is a network. */
export function useLive(): Live {
  const [students, refusal] = [shallowRef<LiveStudent[]>(), shallowRef<Refusal>()]
  const counts: Live['counts'] = shallowRef()
  const [isStreaming, next] = [ref(false), ref<string | null>(null)]
  let events: LiveEvent[] = []
  let closeStream: (() => void) | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let streamRestsUntil = 0
  let isGone = false

  /** Events that come while the list is read are applied to what was read. */
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
    // Only a caller who is signed in opens the stream: for a stream that is refused, a browser may open its password box.
    if (result.ok && !closeStream && performance.now() >= streamRestsUntil) listen()
    if (!isStreaming.value) timer = setTimeout(reload, pollMs)
  }

  function listen(): void {
    if (isGone || document.hidden || !isOnline.value) return
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
        if (!wasStreaming) streamRestsUntil = performance.now() + streamPauseMs
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

  function look(): void {
    stop()
    if (!document.hidden && isOnline.value) void reload()
  }

  async function loadMore(): Promise<void> {
    if (next.value === null) return
    const result = await follow<Page>(next.value)
    if (!result.ok) refusal.value = result.refusal
    else {
      next.value = result.data.next
      students.value = withEvents([...result.data.students, ...(students.value ?? [])], [])
    }
  }

  document.addEventListener('visibilitychange', look)
  watch(isOnline, look, { immediate: true })
  onScopeDispose(() => {
    isGone = true
    document.removeEventListener('visibilitychange', look)
    stop()
  })
  return { counts, students, refusal, isStreaming, next, loadMore, reload }
}
