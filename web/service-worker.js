// Keeps the app's own files, never what the API answers. The build fills in the two names.
const version = 'VERSION'
const shell = ['SHELL']
const notOurs = /^\/(?:api|docs|openapi\.json|healthz|readyz|metrics)(?:\/|$)/

self.addEventListener('install', (event) => {
  const wanted = shell.map((path) => new Request(path, { cache: path.startsWith('/assets/') ? 'default' : 'no-cache' }))
  event.waitUntil(caches.open(version).then((cache) => cache.addAll(wanted)))
})

self.addEventListener('activate', (event) => {
  const removed = caches
    .keys()
    .then((names) => Promise.all(names.filter((name) => name !== version).map((name) => caches.delete(name))))
  event.waitUntil(removed.then(() => self.clients.claim()))
})

self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin || notOurs.test(pathname)) return
  const isPage = request.mode === 'navigate' && !/\.\w+$/.test(pathname)
  event.respondWith(
    caches
      .open(version)
      .then((cache) => cache.match(isPage ? '/index.html' : pathname))
      .then((kept) => kept ?? fetch(request)),
  )
})
