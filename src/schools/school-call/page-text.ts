/** A label further down does not count: browsers look no further either. */
const LABEL_WITHIN = 1024

/** The text of an answer: GBK where it says so or where it is not UTF-8, whatever else its label claims. */
export function pageText(body: Uint8Array, contentType: string): string {
  const head = Buffer.from(body.subarray(0, LABEL_WITHIN)).toString('latin1')
  const label = /charset\s*=\s*["']?([\w-]+)/i
  const charset = label.exec(contentType)?.[1] ?? label.exec(head)?.[1] ?? ''
  // GB18030 is GBK and more: a page that is labelled narrowly and written widely is still read.
  const wide = new TextDecoder('gb18030')
  if (/^(gbk|gb_?2312|gb18030|x-gbk|cp936)$/i.test(charset)) return wide.decode(body)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return wide.decode(body)
  }
}

/** Bytes of an image may hold anything that looks like a tag, but no page holds such letters. */
const binary = /[^\P{Cc}\t\n\f\r]/u

export function looksLikeHtml(text: string): boolean {
  const start = text.slice(0, 4096)
  const tag = /<(!doctype\s+html|html|head|body|title|meta|script|form|div|h\d|p)\b/i
  return tag.test(start) && !binary.test(start)
}

/** A page of the night in place of one to log in on, whose news may speak of maintenance as well. */
export function saysMaintenance(page: string): boolean {
  // Neither part runs past the next `<`, so that a page of nothing but titles is read once.
  const title = /<title[^<>]*>([^<]*)/i.exec(page)?.[1] ?? ''
  return /维护|maintenance/i.test(title) || (/维护/.test(page) && !/<(form|input|script)\b/i.test(page))
}
