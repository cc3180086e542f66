import type { Login } from '../form-login/login.ts'
import { SchoolError } from '../school-call/school-error.ts'
import type { UnavailableReason } from '../verifier.ts'
import { fetchCaptcha, openLoginPage } from './login.ts'

/** How long logins open the page first after a login without it has failed: at first, and at most. */
const minDoubtMs = 60_000
const maxDoubtMs = 86_400_000

/** Whether logins open the login page first. The captcha starts a session too, but some sites require the page anyway. */
export interface PageHabit {
  opensPage(): boolean
  /** The site sets no session cookie at all, as is possible with K1. */
  sessionless: boolean
  /** Called after a login without the page that failed in a way that the missing page might explain. */
  doubt(): void
  /** Called after a login without the page that did not fail in such a way. */
  trust(): void
}

export function createPageHabit(): PageHabit {
  let until = 0
  let waitMs = minDoubtMs
  return {
    sessionless: false,
    opensPage: () => performance.now() < until,
    doubt() {
      until = performance.now() + waitMs
      waitMs = Math.min(2 * waitMs, maxDoubtMs)
    },
    trust() {
      waitMs = minDoubtMs
    },
  }
}

/** How one login obtains its session. */
export interface Entrance {
  /** Fetches the login page, at most once. Later captchas are fetched after the page. */
  openPage(): Promise<string>
  /** Fetches a captcha in the session. If the page is left out, this call starts the session. */
  fetchCaptcha(): Promise<Uint8Array>
  /** Makes the next logins open the page first, if this login did not. */
  captchaRefused(): void
  /** Whether this login requested the page, successfully or not. */
  readonly pageOpened: boolean
}

/** How a site may respond to a client that has not opened its page. */
const perhapsForThePage: readonly UnavailableReason[] = ['redirected', 'not-understood', 'maintenance']
const perhapsLater: readonly UnavailableReason[] = [...perhapsForThePage, 'login-fault', 'fault']

export function enter(login: Login, habit: PageHabit): Entrance {
  let page: string | undefined
  let asked = false
  const openPage = async () => {
    asked = true
    page ??= await openLoginPage(login)
    return page
  }

  async function fetchWithoutPage(): Promise<Uint8Array | undefined> {
    try {
      return await fetchCaptcha(login)
    } catch (error) {
      if (error instanceof SchoolError && perhapsForThePage.includes(error.reason)) return undefined
      throw error
    }
  }

  return {
    openPage,
    async fetchCaptcha() {
      if (habit.opensPage()) await openPage()
      if (page !== undefined || login.session.id !== undefined) return fetchCaptcha(login)
      const image = await fetchWithoutPage()
      const hasSession = () => habit.sessionless || login.session.id !== undefined
      if (image !== undefined && hasSession()) return image
      await openPage()
      habit.sessionless = image !== undefined && !hasSession()
      if (image !== undefined && habit.sessionless) return image
      const fresh = await fetchCaptcha(login)
      habit.doubt()
      return fresh
    },
    captchaRefused() {
      if (page === undefined) habit.doubt()
    },
    get pageOpened() {
      return asked
    },
  }
}

/** Makes the next logins open the page if a login without it fails in a way that the missing page might explain. */
export async function unlessForThePage<T>(
  habit: PageHabit,
  entrance: Pick<Entrance, 'pageOpened'>,
  login: () => Promise<T>,
): Promise<T> {
  try {
    const result = await login()
    if (!entrance.pageOpened) habit.trust()
    return result
  } catch (error) {
    if (!entrance.pageOpened && error instanceof SchoolError && perhapsLater.includes(error.reason)) habit.doubt()
    throw error
  }
}
