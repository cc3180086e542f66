import { type Ref, ref } from 'vue'

export interface Roving {
  /** The index of the link that Tab focuses. The chart needs `tabindex="-1"`, because Chrome makes elements with focus listeners focusable. */
  at: Ref<number>
  onKeydown(event: KeyboardEvent): void
  onFocusin(event: FocusEvent): void
}

/**
 * A roving tabindex: the links of a chart are one tab stop, and arrow keys move between them. Each link has its index in `data-at`.
 * @param steps how many links each key moves
 */
export function useRoving(count: () => number, steps: Readonly<Record<string, number>>): Roving {
  const at = ref(-1)

  function onKeydown(event: KeyboardEvent): void {
    const step = steps[event.key]
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? count() - 1 : step && indexOf(event.target) + step
    if (next === undefined || next < 0 || next >= count()) return
    event.preventDefault()
    const chart = event.currentTarget as Element
    chart.querySelector<SVGAElement>(`[data-at="${next}"]`)?.focus()
  }

  function onFocusin({ target }: FocusEvent): void {
    at.value = indexOf(target)
  }

  return { at, onKeydown, onFocusin }
}

function indexOf(target: EventTarget | null): number {
  return Number((target as Element | null)?.closest('[data-at]')?.getAttribute('data-at') ?? -1)
}
