import { ref } from 'vue'

/** A new version lies ready: it takes over when the student says so, never under a form. */
export const hasNewVersion = ref(false)

const checkEveryMs = 30 * 60_000
let registration: ServiceWorkerRegistration | undefined
let isTaken = false

/** Browsers have service workers with TLS, and on loopback. */
export function installServiceWorker(): void {
  const { serviceWorker } = navigator
  if (!serviceWorker) return
  // The first worker takes over a page that is of the same version.
  let isFirst = serviceWorker.controller === null
  serviceWorker.addEventListener('controllerchange', () => {
    // It may have been said in another tab: this one may hold a form, and goes on.
    if (isTaken) location.reload()
    else if (!isFirst) hasNewVersion.value = true
    isFirst = false
  })
  void serviceWorker
    .register('/sw.js', { updateViaCache: 'none' })
    .then(watchRegistration)
    .catch(() => undefined)
}

function watchRegistration(registered: ServiceWorkerRegistration): void {
  registration = registered
  offer()
  registered.addEventListener('updatefound', () => registered.installing?.addEventListener('statechange', offer))
  document.addEventListener('visibilitychange', check)
  setInterval(check, checkEveryMs)
}

function offer(): void {
  if (registration?.waiting && navigator.serviceWorker.controller !== null) hasNewVersion.value = true
}

function check(): void {
  if (!document.hidden && navigator.onLine) void registration?.update().catch(() => undefined)
}

export function useNewVersion(): void {
  isTaken = true
  const { waiting } = registration ?? {}
  if (waiting) waiting.postMessage('take over')
  else location.reload()
}
