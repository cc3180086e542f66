import { computed, type Ref, ref, shallowRef, watch } from 'vue'
import { api, ask } from '../api/client.ts'
import type { Refusal } from '../api/result.ts'
import type { components } from '../api/schema.d.ts'
import { useResource } from '../storage/resource.ts'
import { usePoll } from '../studies/poll.ts'

export type Board = components['schemas']['Leaderboard']
export type BoardRow = components['schemas']['LeaderboardRow']
export const boardKinds = ['day', 'week', 'month', 'term'] as const
export type BoardKind = (typeof boardKinds)[number]

/** A board's first page, which is also available offline, and the further pages that were loaded. */
export function useBoard(kind: Ref<BoardKind>, { today, isThere }: { today: Ref<string>; isThere: Ref<boolean> }) {
  const first = useResource(
    () => (isThere.value ? `board:${kind.value}:${today.value}` : undefined),
    () => readBoard(kind.value, {}),
  )
  const further = shallowRef<Board[]>([])
  const isLoadingMore = ref(false)
  const moreRefusal = shallowRef<Refusal>()
  let walk = 0

  watch([kind, today], () => {
    walk++
    further.value = []
    moreRefusal.value = undefined
    isLoadingMore.value = false
  })
  const latest = computed(() => further.value.at(-1) ?? first.data.value)
  const rows = computed(() => [first.data.value, ...further.value].flatMap((page) => page?.rows ?? []))

  async function loadMore(): Promise<void> {
    const next = latest.value?.next
    if (!next || isLoadingMore.value) return
    const startedAs = walk
    isLoadingMore.value = true
    const result = await readBoard(kind.value, Object.fromEntries(new URL(next).searchParams))
    if (startedAs !== walk) return
    isLoadingMore.value = false
    moreRefusal.value = result.ok ? undefined : result.refusal
    if (result.ok) further.value = [...further.value, result.data]
  }

  // A reload of the first page would no longer match the further pages.
  usePoll(async () => {
    if (further.value.length === 0) await first.reload()
  }, 30)
  return { first, rows, hasMore: computed(() => Boolean(latest.value?.next)), isLoadingMore, moreRefusal, loadMore }
}

/** `query` is that of the link `next`, unchanged. */
function readBoard(period: BoardKind, query: Record<string, string>) {
  return ask(api.GET('/api/v1.0/leaderboards/{period}', { params: { path: { period }, query } }))
}
