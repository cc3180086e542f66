import { ref } from 'vue'
import { api, ask, onResponse } from '../api/client.ts'
import type { Result } from '../api/result.ts'
import { sendSoon } from '../outbox/sending.ts'
import { onPreferenceChange } from '../storage/preferences.ts'
import { clearAnswers } from '../storage/resource.ts'
import { withTabLock } from '../storage/tabs.ts'
import { account, accountOf, accountPreference, readStoredAccount } from './account.ts'

/** Whether the service ended the session, and not the student. */
export const isExpired = ref(false)

/** Follows what answers and other tabs say about the session. */
export function watchSession(): void {
  onResponse(({ status }, path) => {
    // It may be the password in the body that was wrong: then the session lives.
    if (status === 401 && path !== '/api/v1.0/session' && account.value !== undefined) void checkSession()
  })
  // By its own event: a message to another tab may arrive before what is accountPreference does.
  onPreferenceChange(accountPreference, followOtherTabs)
  // A page that was put to sleep has heard nothing.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) followOtherTabs()
  })
  if (account.value !== undefined) void checkSession()
}

function followOtherTabs(): void {
  account.value = readStoredAccount()
  if (account.value === undefined) void clearAnswers()
}

/** Asks who the cookie belongs to. Without an answer, the accountPreference account stays. */
async function checkSession(): Promise<void> {
  const result = await ask(api.GET('/api/v1.0/session'))
  if (result.ok) account.value = accountOf(result.data)
  else if (result.refusal.status === 401) {
    isExpired.value = true
    signedOut()
  }
}

/** Nothing is sent meanwhile: the cookie is another one from the answer on. */
export function signIn(username: string, password: string): Promise<Result<unknown>> {
  return withTabLock(() => signInNow(username, password))
}

async function signInNow(username: string, password: string): Promise<Result<unknown>> {
  const result = await ask(api.POST('/api/v1.0/session', { body: { username, password } }))
  if (result.ok) {
    const known = accountOf(result.data)
    if (known.id !== account.value?.id) await clearAnswers()
    account.value = known
    isExpired.value = false
    sendSoon()
  }
  return result
}

/** Without a network the cookie can't be taken back: then nothing changes. */
export async function signOut(): Promise<Result<unknown>> {
  const result = await ask(api.DELETE('/api/v1.0/session'))
  if (result.ok || result.refusal.status === 401) signedOut()
  return result
}

/** What waits in the outbox stays there, for the next time that this account signs in. */
export function signedOut(): void {
  if (account.value === undefined) return
  account.value = undefined
  void clearAnswers()
}
