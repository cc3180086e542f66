import { ref } from 'vue'
import { api, ask, onResponse } from '../api/client.ts'
import type { Result } from '../api/result.ts'
import { sendSoon } from '../outbox/sending.ts'
import { onPreferenceChange } from '../storage/preferences.ts'
import { clearAnswers } from '../storage/resource.ts'
import { withTabLock } from '../storage/tabs.ts'
import { account, accountOf, accountPreference, readStoredAccount } from './account.ts'

/** Whether the session ended without the student signing out. */
export const isExpired = ref(false)

/** Updates the account when responses or other tabs show that the session has changed. */
export function watchSession(): void {
  onResponse(({ status }, path) => {
    // The cause may be a wrong password in the body. Then the session is still valid.
    if (status === 401 && path !== '/api/v1.0/session' && account.value !== undefined) void checkSession()
  })
  // Uses the storage event, because a message to another tab could arrive before the stored account has changed.
  onPreferenceChange(accountPreference, followOtherTabs)
  // A page in the back/forward cache receives no events.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) followOtherTabs()
  })
  if (account.value !== undefined) void checkSession()
}

function followOtherTabs(): void {
  account.value = readStoredAccount()
  if (account.value === undefined) void clearAnswers()
}

/** Requests the account that the cookie belongs to. Without a response, the stored account stays. */
async function checkSession(): Promise<void> {
  const result = await ask(api.GET('/api/v1.0/session'))
  if (result.ok) account.value = accountOf(result.data)
  else if (result.refusal.status === 401) {
    isExpired.value = true
    signedOut()
  }
}

/** No tab sends entries meanwhile, because the response changes the cookie. */
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

/** Offline, nothing changes, because only the service can end the session. */
export async function signOut(): Promise<Result<unknown>> {
  const result = await ask(api.DELETE('/api/v1.0/session'))
  if (result.ok || result.refusal.status === 401) signedOut()
  return result
}

/** Entries of the outbox stay there until this account signs in again. */
export function signedOut(): void {
  if (account.value === undefined) return
  account.value = undefined
  void clearAnswers()
}
