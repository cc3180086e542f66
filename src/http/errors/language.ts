import Negotiator from 'negotiator'

export type Language = 'zh' | 'en'

const offered: Language[] = ['zh', 'en']

/** Chinese by default, English on request. */
export function languageOf(acceptLanguage: string | undefined): Language {
  if (acceptLanguage === undefined) return 'zh'
  const preferred = new Negotiator({ headers: { 'accept-language': acceptLanguage } }).language(offered)
  return preferred === 'en' ? 'en' : 'zh'
}
