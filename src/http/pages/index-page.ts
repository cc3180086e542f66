import { createHash } from 'node:crypto'
import type { Language } from '../errors/language.ts'

export interface IndexFacts {
  version: string
  isReady: boolean
}

const words = {
  zh: {
    lang: 'zh-CN',
    title: '占领图书馆',
    subtitle: '校园自习计时服务：学生用教务系统验证一次身份，此后记录每次学习的开始与结束。',
    state: '服务状态',
    ready: '正常',
    unavailable: '暂时不可用，请稍后再来',
    version: '版本',
    forDevelopers: '给应用开发者',
    reference: '接口文档',
    referenceNote: '查看并试用每个接口',
    document: 'OpenAPI 文档',
    documentNote: '可导入 Postman、Apifox，或用来生成客户端',
  },
  en: {
    lang: 'en',
    title: 'Occupy the Library',
    subtitle:
      'Study time for campuses: students sign up with one login at their school, and then record when they study.',
    state: 'Status',
    ready: 'It is running',
    unavailable: 'Temporarily unavailable. Try again shortly',
    version: 'Version',
    forDevelopers: 'For app developers',
    reference: 'API reference',
    referenceNote: 'describes every route, and lets you try it',
    document: 'OpenAPI document',
    documentNote: 'for Postman and Apifox, or to generate a client',
  },
} as const satisfies Record<Language, Record<string, string>>

const style = `
:root { color-scheme: light dark; --accent: light-dark(#1f5f99, #8cc4f5); --line: light-dark(#d8dde3, #3a424b); --soft: light-dark(#57606a, #a5afba) }
body { margin: 0 auto; max-width: 40rem; padding: 3rem 1.25rem; font: 1rem/1.7 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; background: light-dark(#fff, #16191d); color: light-dark(#1c2024, #e6e9ec) }
h1 { margin: 0; font-size: 2rem; line-height: 1.3 }
h2 { margin: 2.5rem 0 .5rem; font-size: 1.1rem }
p { margin: .75rem 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; margin: 2rem 0; padding: 1rem 0; border-block: 1px solid var(--line) }
dt, small { color: var(--soft) }
dd { margin: 0 }
ul { margin: 0; padding: 0; list-style: none }
li { padding: .5rem 0 }
small { display: block; font-size: .9rem }
a { color: var(--accent) }
`

/** The page contains its style. Nothing else may be loaded except the icon. */
export const indexPolicy = `default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; img-src 'self'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`

export function indexPage(language: Language, { version, isReady }: IndexFacts): string {
  const text = words[language]
  return `<!DOCTYPE html>
<html lang="${text.lang}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="description" content="${text.subtitle}">
  <title>${text.title}</title>
  <link rel="icon" href="/favicon.svg">
  <style>${style}</style>
</head>
<body>
  <main>
    <h1>${text.title}</h1>
    <p>${text.subtitle}</p>
    <dl>
      <dt>${text.state}</dt><dd>${isReady ? text.ready : text.unavailable}</dd>
      <dt>${text.version}</dt><dd>${version}</dd>
    </dl>
    <h2>${text.forDevelopers}</h2>
    <ul>
      <li><a href="/docs">${text.reference}</a><small>${text.referenceNote}</small></li>
      <li><a href="/openapi.json">${text.document}</a><small>${text.documentNote}</small></li>
    </ul>
  </main>
</body>
</html>
`
}
