import { computed, ref, shallowRef } from 'vue'
import { keepPreference, onPreference, readPreference } from '../storage/preferences.ts'
import { zh } from './zh.ts'

export type Language = 'zh' | 'en'
/** Every text of the app. A language that lacks one, or needs other parameters for it, doesn't compile. */
export type Messages = { readonly [K in keyof typeof zh]: (typeof zh)[K] extends string ? string : (typeof zh)[K] }

const chosen = 'language'
const loaded = shallowRef<Messages>(zh)

export const language = ref<Language>('zh')
/** `messages.value.start`; in templates `m.start` by `const m = messages`. */
export const messages = computed(() => loaded.value)

/** Chinese is part of the first screen; English is loaded by those who read it. */
export async function useLanguage(wanted: Language): Promise<void> {
  loaded.value = wanted === 'zh' ? zh : (await import('./en.ts')).en
  language.value = wanted
  document.documentElement.lang = wanted === 'zh' ? 'zh-CN' : 'en'
}

export async function chooseLanguage(wanted: Language): Promise<void> {
  await useLanguage(wanted)
  keepPreference(chosen, wanted)
}

/** All tabs speak one language. */
onPreference(chosen, () => void useLanguage(preferredLanguage()))

/** Chinese unless the student, or a browser that knows no Chinese, asks for English. */
export function preferredLanguage(): Language {
  const kept = readPreference(chosen)
  if (kept === 'zh' || kept === 'en') return kept
  const [first = 'zh'] = navigator.languages.filter((tag) => /^(?:zh|en)\b/i.test(tag))
  return first.toLowerCase().startsWith('en') ? 'en' : 'zh'
}
