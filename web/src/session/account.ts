import { ref, watch } from 'vue'
import { getPreference, setPreference } from '../storage/preferences.ts'

/** Who is signed in. The cookie itself can't be read by a page; this is accountPreference, so that the app opens without a network. */
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
