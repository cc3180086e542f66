import { ref } from 'vue'

/** A new version lies ready: it takes over when the student says so, never under a form. */
export const hasNewVersion = ref(false)

let waiting: ServiceWorker | undefined

/** Browsers have service workers with TLS, and on loopback. */
export function installServiceWorker(): void {
  const { serviceWorker } = navigator
  if (!serviceWorker) return
  // The first worker takes over a page that is of the same version.
  let isFirst = serviceWorker.controller === null
  serviceWorker.addEventListener('controllerchange', () => {
    if (!isFirst) location.reload()
    isFirst = false
  })
  void serviceWorker
    .register('/sw.js', { updateViaCache: 'none' })
    .then((registration) => {
      offer(registration.waiting)
      registration.addEventListener('updatefound', () => {
        const { installing } = registration
        installing?.addEventListener('statechange', () => {
          if (installing.state === 'installed') offer(installing)
        })
      })
      document.addEventListener('visibilitychange', () => {
        if (!document.hidden && navigator.onLine) void registration.update().catch(() => undefined)
      })
    })
    .catch(() => undefined)
}

function offer(worker: ServiceWorker | null): void {
  if (worker === null || navigator.serviceWorker.controller === null) return
  waiting = worker
  hasNewVersion.value = true
}

export function useNewVersion(): void {
  waiting?.postMessage('take over')
}
