import { computed, ref, shallowRef } from 'vue'
import { getPreference, onPreferenceChange, setPreference } from '../storage/preferences.ts'
import { zh } from './zh.ts'

export type Language = 'zh' | 'en'
/** All texts of the app. A language that lacks one, or whose text has other parameters, does not compile. */
export type Messages = { readonly [K in keyof typeof zh]: (typeof zh)[K] extends string ? string : (typeof zh)[K] }

const preferenceName = 'language'
const loaded = shallowRef<Messages>(zh)

export const language = ref<Language>('zh')
/** `messages.value.start`; in templates `m.start` by `const m = messages`. */
export const messages = computed(() => loaded.value)

/** Chinese is part of the main bundle; English is loaded on demand. */
export async function useLanguage(chosen: Language): Promise<void> {
  loaded.value = chosen === 'zh' ? zh : (await import('./en.ts')).en
  language.value = chosen
  document.documentElement.lang = chosen === 'zh' ? 'zh-CN' : 'en'
}

export async function chooseLanguage(chosen: Language): Promise<void> {
  await useLanguage(chosen)
  setPreference(preferenceName, chosen)
}

/** All tabs use the same language. */
onPreferenceChange(preferenceName, () => void useLanguage(preferredLanguage()))

/** Chinese, unless the student chose English or the browser prefers it. */
export function preferredLanguage(): Language {
  const stored = getPreference(preferenceName)
  if (stored === 'zh' || stored === 'en') return stored
  const [first = 'zh'] = navigator.languages.filter((tag) => /^(?:zh|en)\b/i.test(tag))
  return first.toLowerCase().startsWith('en') ? 'en' : 'zh'
}
