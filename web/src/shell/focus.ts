let latest: Element | null = null

/** The title of what is on top: a sheet's, or else the screen's. Who moves by keyboard or screen reader goes on from there. */
export function focusTitle(): void {
  const title = document.querySelector<HTMLElement>('dialog[open] h2') ?? document.querySelector('h1')
  title?.focus({ preventScroll: true })
}

/** A button may be gone once it was pressed. Then the focus isn't left nowhere. */
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
