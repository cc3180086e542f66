import { DOMParser, type Element, onWarningStopParsing } from '@xmldom/xmldom'
import { looksLikeHtml } from '../school-call/page-text.ts'
import { SchoolError } from '../school-call/school-error.ts'

/** What a CAS server reports about a service ticket. */
export type ServiceResponse =
  | { kind: 'success'; user: string; attributes: ReadonlyMap<string, readonly string[]> }
  | { kind: 'failure'; code: string }

const namespace = 'http://www.yale.edu/tp/cas'

/** Parses a `cas:serviceResponse` strictly (CAS protocol 3.0.3, 2.5.2). @throws SchoolError for anything else */
export function readServiceResponse(text: string): ServiceResponse {
  const root = parse(text)
  if (!root || !isCas(root, 'serviceResponse')) throw looksLikeHtml(text) ? aPage() : notUnderstood()
  const [answer, ...more] = childrenOf(root)
  if (!answer || more.length > 0) throw notUnderstood()
  if (isCas(answer, 'authenticationFailure')) return { kind: 'failure', code: answer.getAttribute('code') ?? '' }
  if (!isCas(answer, 'authenticationSuccess')) throw notUnderstood()
  const users = childrenOf(answer).filter((child) => isCas(child, 'user'))
  const user = users.length === 1 && users[0] ? textOf(users[0]) : ''
  if (user === '') throw notUnderstood()
  return { kind: 'success', user, attributes: attributesOf(answer) }
}

function attributesOf(success: Element): Map<string, string[]> {
  const attributes = new Map<string, string[]>()
  for (const group of childrenOf(success).filter((child) => isCas(child, 'attributes'))) {
    for (const child of childrenOf(group)) {
      const name = child.localName ?? ''
      const values = attributes.get(name)
      if (values) values.push(textOf(child))
      else attributes.set(name, [textOf(child)])
    }
  }
  return attributes
}

function parse(text: string): Element | undefined {
  // A document type allows entities, and no CAS response has one.
  if (/<!DOCTYPE/i.test(text)) return undefined
  try {
    const parser = new DOMParser({ onError: onWarningStopParsing })
    return parser.parseFromString(text.trim(), 'text/xml').documentElement ?? undefined
  } catch {
    // The parser's message is dropped, because it may quote the response.
    return undefined
  }
}

function childrenOf(element: Element): Element[] {
  const children: Element[] = []
  for (let node = element.firstChild; node; node = node.nextSibling) {
    if (node.nodeType === node.ELEMENT_NODE) children.push(node as Element)
  }
  return children
}

function isCas({ namespaceURI, localName }: Element, name: string): boolean {
  return namespaceURI === namespace && localName === name
}

/** Text content only. An element inside a name makes the name invalid. */
function textOf(element: Element): string {
  return childrenOf(element).length === 0 ? (element.textContent ?? '').trim() : ''
}

function notUnderstood(): SchoolError {
  return new SchoolError('not-understood', 'not a response of a CAS server')
}

function aPage(): SchoolError {
  return new SchoolError('maintenance', 'a page instead of a response')
}
