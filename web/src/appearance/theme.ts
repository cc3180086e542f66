import { ref } from 'vue'
import { getPreference, onPreferenceChange, setPreference } from '../storage/preferences.ts'

export type Theme = 'system' | 'light' | 'dark'

const preferenceName = 'theme'
export const theme = ref<Theme>('system')

export function chooseTheme(chosen: Theme): void {
  setPreference(preferenceName, chosen === 'system' ? undefined : chosen)
  applyTheme(chosen)
}

/** Applies the stored theme now, and again when another tab changes it. */
export function followPreferredTheme(): void {
  applyPreferredTheme()
  onPreferenceChange(preferenceName, applyPreferredTheme)
}

function applyPreferredTheme(): void {
  const stored = getPreference(preferenceName)
  applyTheme(stored === 'light' || stored === 'dark' ? stored : 'system')
}

function applyTheme(chosen: Theme): void {
  theme.value = chosen
  if (chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
  colourTheBrowser(chosen)
}

/** Gives the browser's own bars the colour of the page. */
function colourTheBrowser(chosen: Theme): void {
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const own = meta.dataset.theme
    if (chosen === 'system') meta.media = `(prefers-color-scheme: ${own})`
    else meta.media = own === chosen ? 'all' : 'not all'
  }
}
