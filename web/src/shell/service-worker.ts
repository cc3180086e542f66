import { ref } from 'vue'

/** Whether a new version is ready. It takes over only when the student asks for it, because a form may be open. */
export const hasNewVersion = ref(false)

const checkEveryMs = 30 * 60_000
let registration: ServiceWorkerRegistration | undefined
let isRequested = false

/** Browsers offer service workers only with TLS and on loopback. */
export function installServiceWorker(): void {
  const { serviceWorker } = navigator
  if (!serviceWorker) return
  // The first worker takes over a page of the same version.
  let isFirst = serviceWorker.controller === null
  serviceWorker.addEventListener('controllerchange', () => {
    // Another tab may have asked for it. A form may be open in this one, so it does not reload.
    if (isRequested) location.reload()
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
  isRequested = true
  const { waiting } = registration ?? {}
  if (waiting) waiting.postMessage('take over')
  else location.reload()
}
