import type { Login } from '../form-login/login.ts'
import { SchoolError } from '../school-call/school-error.ts'
import type { UnavailableReason } from '../verifier.ts'
import { fetchCaptcha, openLoginPage } from './login.ts'

/** For how long the page is opened first, once a login without it has failed: the first time, and in the end. */
const SHORTEST_MS = 60_000
const LONGEST_MS = 86_400_000

/** Whether logins open the login page first: the captcha gives a session too, but a site may want the page all the same. */
export interface PageHabit {
  opensPage(): boolean
  /** A site that gives nobody a session, as K1 may do without. */
  sessionless: boolean
  /** After a login without the page that failed in a way that its absence might explain. */
  doubt(): void
  /** After one that did not. */
  trust(): void
}

export function createPageHabit(): PageHabit {
  let until = 0
  let waitMs = SHORTEST_MS
  return {
    sessionless: false,
    opensPage: () => performance.now() < until,
    doubt() {
      until = performance.now() + waitMs
      waitMs = Math.min(2 * waitMs, LONGEST_MS)
    },
    trust() {
      waitMs = SHORTEST_MS
    },
  }
}

/** How one login comes to its session. */
export interface Entrance {
  /** Called once at most; from then on the login has its page. */
  openPage(): Promise<string>
  /** An image of the session, which begins with it where the page is left out. */
  fetchCaptcha(): Promise<Uint8Array>
  /** The next captcha is fetched after the page. */
  captchaRefused(): void
  /** Whether it came to opening the page, be it in vain. */
  readonly pageOpened: boolean
}

/** What a site may answer to whoever has not come by its page. */
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

/** Lets the next logins open the page, where one without it ends in a way that its absence might explain. */
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
