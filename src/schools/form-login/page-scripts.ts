import type { SchoolSite } from '../school-call/school-site.ts'

const maxScripts = 12
/** More script tags than any login page has. Each one costs the parsing of an address. */
const maxScriptTags = 100
/** Stops at the next `<`, so that a page with nothing but opening tags is scanned only once. */
const scriptTag = /<script\b[^<>]{0,300}>/gi
const libraries = /jquery|md5|base64|bootstrap/i
const names = /log[io]n|cas|kingo|auth|user|main|index/i

/** Paths, below the web root, of the page's own scripts that may contain its login. The likeliest come first. */
export function scriptPaths(page: string, pagePath: string, site: SchoolSite): string[] {
  const base = `${site.origin}${site.root}${pagePath}`
  const paths = [...page.matchAll(scriptTag).take(maxScriptTags)]
    .map(([tag]) => /\bsrc\s*=\s*["']([^"']{1,300})["']/i.exec(tag)?.[1] ?? '')
    .filter((source) => source !== '' && !libraries.test(source) && URL.canParse(source, base))
    .map((source) => new URL(source, base))
    .filter(
      (url) => url.origin === site.origin && url.pathname.startsWith(`${site.root}/`) && url.pathname.endsWith('.js'),
    )
    .map((url) => url.pathname.slice(site.root.length) + url.search)
  const likelyFirst = [...new Set(paths)].toSorted((a, b) => Number(looksLikeLogin(b)) - Number(looksLikeLogin(a)))
  return likelyFirst.slice(0, maxScripts)
}

/** Judges by the file name. */
export function looksLikeLogin(path: string): boolean {
  return names.test(/[^/?]*(?=\?|$)/.exec(path)?.[0] ?? '')
}

/**
 * Removes comments, because login pages keep the code of older dialects in them. Takes linear time in the page's
 * length for any content.
 */
export function withoutComments(source: string): string {
  const unwrapped = source.replace(/(<script\b[^<>]{0,300}>)\s{0,100}<!--/gi, '$1')
  const blocks = cutBetween(cutBetween(unwrapped, '<!--', '-->'), '/*', '*/')
  return blocks.replace(/(^|[^:'"\\])\/\/[^\n]*/g, '$1')
}

function cutBetween(text: string, open: string, close: string): string {
  let kept = ''
  let from = 0
  for (;;) {
    const start = text.indexOf(open, from)
    const end = start < 0 ? -1 : text.indexOf(close, start + open.length)
    if (end < 0) return kept + text.slice(from)
    kept += text.slice(from, start)
    from = end + close.length
  }
}
