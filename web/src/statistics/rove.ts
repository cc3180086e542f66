import { type Ref, ref } from 'vue'

export interface Roving {
  /** Which of them Tab comes to. Chrome would come to the chart itself too, since it listens to focus: it takes `tabindex="-1"`. */
  at: Ref<number>
  move(event: KeyboardEvent): void
  note(event: FocusEvent): void
}

/**
 * Many links in a chart are one stop for Tab, and arrow keys move among them. They carry `data-at`, counted from 0.
 * @param steps how far each key goes
 */
export function useRoving(count: () => number, steps: Readonly<Record<string, number>>): Roving {
  const at = ref(-1)

  function move(event: KeyboardEvent): void {
    const step = steps[event.key]
    const wanted = event.key === 'Home' ? 0 : event.key === 'End' ? count() - 1 : step && placeOf(event.target) + step
    if (wanted === undefined || wanted < 0 || wanted >= count()) return
    event.preventDefault()
    const chart = event.currentTarget as Element
    chart.querySelector<SVGAElement>(`[data-at="${wanted}"]`)?.focus()
  }

  function note({ target }: FocusEvent): void {
    at.value = placeOf(target)
  }

  return { at, move, note }
}

function placeOf(target: EventTarget | null): number {
  return Number((target as Element | null)?.closest('[data-at]')?.getAttribute('data-at') ?? -1)
}
