import { ref } from 'vue'
import { keepPreference, onPreference, readPreference } from '../storage/preferences.ts'

export type Theme = 'system' | 'light' | 'dark'

const chosen = 'theme'
export const theme = ref<Theme>('system')

export function chooseTheme(wanted: Theme): void {
  keepPreference(chosen, wanted === 'system' ? undefined : wanted)
  applyTheme(wanted)
}

/** Now, and when another tab chooses another one. */
export function followPreferredTheme(): void {
  applyPreferredTheme()
  onPreference(chosen, applyPreferredTheme)
}

function applyPreferredTheme(): void {
  const kept = readPreference(chosen)
  applyTheme(kept === 'light' || kept === 'dark' ? kept : 'system')
}

function applyTheme(wanted: Theme): void {
  theme.value = wanted
  if (wanted === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = wanted
  colourTheBrowser(wanted)
}

/** The browser's own bars take the colour of the page. */
function colourTheBrowser(wanted: Theme): void {
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const own = meta.dataset.theme
    if (wanted === 'system') meta.media = `(prefers-color-scheme: ${own})`
    else meta.media = own === wanted ? 'all' : 'not all'
  }
}
