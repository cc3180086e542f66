import { ref } from 'vue'

export interface Toast {
  id: number
  text: string
  action: { label: string; run: () => void } | undefined
}

export const toasts = ref<Toast[]>([])
let lastId = 0

/** Shows a text for some seconds, with at most one action. */
export function showToast(text: string, action?: Toast['action'], seconds = 10): void {
  const id = ++lastId
  toasts.value = [{ id, text, action }]
  setTimeout(() => hideToast(id), seconds * 1000)
}

export function hideToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}
