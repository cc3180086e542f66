import { ref, watch } from 'vue'
import { getPreference, setPreference } from '../storage/preferences.ts'

/** The signed-in account. It is stored, because a page cannot read the cookie, and the app must open offline. */
export interface Account {
  id: number
  username: string
}

export const accountPreference = 'account'

export const account = ref<Account | undefined>(readStoredAccount())

watch(account, (known) => setPreference(accountPreference, known && JSON.stringify(known)), {
  deep: true,
  flush: 'sync',
})

export function readStoredAccount(): Account | undefined {
  try {
    const { id, username } = JSON.parse(getPreference(accountPreference) ?? '')
    return typeof id === 'number' && typeof username === 'string' ? { id, username } : undefined
  } catch {
    return undefined
  }
}

export function accountOf(user: { url: string; username: string }): Account {
  return { id: Number(user.url.split('/').at(-1)), username: user.username }
}
