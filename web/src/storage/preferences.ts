/** localStorage, where the browser allows it: small things that must be known before anything is painted. */
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
    // A private tab may refuse it. Then the choice lasts as long as the page.
  }
}

/** Is told when another tab of this browser chooses. */
export function onPreferenceChange(name: string, work: () => void): void {
  addEventListener('storage', ({ key }) => {
    if (key === name) work()
  })
}
