let latest: Element | null = null

/** Focuses the title of the open sheet, or of the screen, for users of keyboards and screen readers. */
export function focusTitle(): void {
  const title = document.querySelector<HTMLElement>('dialog[open] h2') ?? document.querySelector('h1')
  title?.focus({ preventScroll: true })
}

/** Focuses the title when the focused element is removed, for example a button that was clicked. */
export function restoreFocus(): void {
  document.addEventListener('focusin', ({ target }) => {
    latest = target as Element
  })
  new MutationObserver(() => {
    if (latest === null || latest.isConnected || document.activeElement !== document.body) return
    latest = null
    focusTitle()
  }).observe(document.body, { childList: true, subtree: true })
}
