// Keeps the app's own files, never what the API answers. The build fills in the two names.
const version = 'VERSION'
const shell = ['SHELL']
const notOurs = /^\/(?:api|docs|openapi\.json|healthz|readyz|metrics)(?:\/|$)/

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(version).then((cache) => Promise.all(shell.map((path) => keep(cache, path, 5)))))
})

/** On a poor network a request fails now and then. */
function keep(cache, path, tries) {
  const request = new Request(path, { cache: path.startsWith('/assets/') ? 'default' : 'no-cache' })
  return cache.add(request).catch((error) => (tries > 1 ? keep(cache, path, tries - 1) : Promise.reject(error)))
}

/** The version before this one stays for pages that are open from it. */
self.addEventListener('activate', (event) => {
  const removed = caches.keys().then((names) => Promise.all(names.slice(0, -2).map((name) => caches.delete(name))))
  event.waitUntil(removed.then(() => self.clients.claim()))
})

self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin || notOurs.test(pathname)) return
  event.respondWith(answer(request, pathname))
})

async function answer(request, pathname) {
  const own = await caches.open(version)
  const page = request.mode === 'navigate' ? await own.match('/index.html') : undefined
  // A path that looks like a file's may be one of the service's.
  if (page && !/\.\w+$/.test(pathname)) return page
  const kept = (await own.match(pathname)) ?? (await caches.match(pathname))
  return kept ?? fetch(request).catch((error) => page ?? Promise.reject(error))
}
