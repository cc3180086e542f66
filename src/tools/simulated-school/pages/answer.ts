import { type Charset, encodeText } from './charset.ts'

/** The school's response, before a fault changes it. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** The site's charset, and whether the responses declare it. */
export interface Wording {
  charset: Charset
  labelled: boolean
}

export function page(html: string, wording: Wording, status = 200): Answer {
  return {
    status,
    headers: { 'content-type': textType('text/html', wording) },
    body: encodeText(html, wording.charset),
  }
}

/** JSON is sent as `text/html`, as the real `logon.action` does. */
export function json(value: object, wording: Wording): Answer {
  return page(JSON.stringify(value), wording)
}

export function redirect(location: string): Answer {
  return { status: 302, headers: { location }, body: Buffer.alloc(0) }
}

function textType(type: string, { charset, labelled }: Wording): string {
  return labelled ? `${type};charset=${charset === 'gbk' ? 'GBK' : 'UTF-8'}` : type
}
