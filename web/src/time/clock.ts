import { onScopeDispose, type Ref, ref } from 'vue'
import { getPreference, setPreference } from '../storage/preferences.ts'
import { ServerClock } from './server-clock.ts'

const offsetPreference = 'clock'
const clock = new ServerClock(
  { monotonic: () => performance.now(), wall: () => Date.now() },
  Number(getPreference(offsetPreference) ?? 0),
)

document.addEventListener('visibilitychange', () => {
  if (document.hidden) clock.hide()
  else clock.show()
})

/** The service's time in seconds since 1970. */
export function serverNow(): number {
  return clock.now()
}

export function syncServerClock(response: Response, sentAt: number): void {
  const date = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(date)) return
  clock.note(date, sentAt, performance.now())
  setPreference(offsetPreference, String(Math.round(clock.wallAhead())))
}

/** The service's time, updated each second while a component uses it. */
export function useNow(): Ref<number> {
  const now = ref(serverNow())
  const timer = setInterval(() => {
    now.value = serverNow()
  }, 250)
  onScopeDispose(() => clearInterval(timer))
  return now
}
