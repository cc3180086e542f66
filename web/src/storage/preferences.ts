/** localStorage, if the browser allows it: small values that are needed before the first paint. */
export function getPreference(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined
  } catch {
    return undefined
  }
}

export function setPreference(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(name)
    else localStorage.setItem(name, value)
  } catch {
    // A private tab may refuse it. Then the value is lost with the page.
  }
}

/** Calls `work` when another tab changes the preference. */
export function onPreferenceChange(name: string, work: () => void): void {
  addEventListener('storage', ({ key }) => {
    if (key === name) work()
  })
}
