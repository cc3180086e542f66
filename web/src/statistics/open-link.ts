import type { Router } from 'vue-router'

/** Opens a link of a chart by the router, unless the click is meant to open another tab. */
export function openLink(router: Router, event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest('a')
  const path = link?.getAttribute('href')
  if (!path || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  void router.push(path)
}
