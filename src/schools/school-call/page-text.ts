/** A charset label after this many bytes is ignored, as browsers do. */
const maxLabelOffset = 1024

/**
 * The text of a response. It is decoded as GBK if it is labelled so or if it is not valid UTF-8, whatever other label
 * it has.
 */
export function pageText(body: Uint8Array, contentType: string): string {
  const head = Buffer.from(body.subarray(0, maxLabelOffset)).toString('latin1')
  const label = /charset\s*=\s*["']?([\w-]+)/i
  const charset = label.exec(contentType)?.[1] ?? label.exec(head)?.[1] ?? ''
  // GB18030 is a superset of GBK, so a page with characters beyond its label's charset can still be read.
  const wide = new TextDecoder('gb18030')
  if (/^(gbk|gb_?2312|gb18030|x-gbk|cp936)$/i.test(charset)) return wide.decode(body)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return wide.decode(body)
  }
}

/** The bytes of an image may contain anything that looks like a tag, but no page contains such characters. */
const binary = /[^\P{Cc}\t\n\f\r]/u

export function looksLikeHtml(text: string): boolean {
  const start = text.slice(0, 4096)
  const tag = /<(!doctype\s+html|html|head|body|title|meta|script|form|div|h\d|p)\b/i
  return tag.test(start) && !binary.test(start)
}

/** A maintenance page in place of a login page. The news on a login page may mention maintenance as well. */
export function saysMaintenance(page: string): boolean {
  // Neither part runs past the next `<`, so that a page with nothing but titles is scanned only once.
  const title = /<title[^<>]*>([^<]*)/i.exec(page)?.[1] ?? ''
  return /维护|maintenance/i.test(title) || (/维护/.test(page) && !/<(form|input|script)\b/i.test(page))
}
