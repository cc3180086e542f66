import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type Campus, stepAt } from './campus.ts'
import { answerControl, controlPath } from './control.ts'
import { damage, deliver, substituteFor } from './faults/delivery.ts'
import type { Fault, FaultSwitch } from './faults/fault.ts'
import type { LogEntry } from './log-entry.ts'
import { type Answer, page, redirect } from './pages/answer.ts'
import { errorPage } from './pages/pages.ts'
import type { SessionStore } from './session.ts'

export interface HandlerContext {
  campus: Campus
  faults: FaultSwitch
  sessions: SessionStore
  requests: LogEntry[]
  control: boolean
  onRequest?: (entry: LogEntry) => void
}

const maxBodyBytes = 64 * 1024
const maxLogEntries = 1000

/** Handles every request: finds its step and session, applies a fault if there is one, and responds. */
export function createRequestHandler(context: HandlerContext): RequestListener {
  let atOnce = 0
  return (request, response) => {
    const { seen } = context.campus
    seen.mostAtOnce = Math.max(seen.mostAtOnce, ++atOnce)
    response.once('close', () => atOnce--)
    receive(context, request, response).catch(() => response.destroy())
  }
}

async function receive(context: HandlerContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request
  const [address = '/', query = ''] = url.split('?', 2)
  const body = await bodyOf(request)
  if (body === undefined) return deliver(response, page(errorPage(413), context.campus.wording, 413), undefined)
  if (context.control && address.startsWith(controlPath)) {
    return deliver(response, answerControl(context, { method, address, body }), undefined)
  }
  const path = pathBelow(context.campus.webRoot, address)
  const route = path === undefined ? undefined : stepAt(path)
  const fault = context.faults.strike(route?.step)
  keep(context, { method, path: address, step: route?.step, fault: fault?.name })
  const substitute = substituteFor(fault, url, context.campus.wording)
  const answer = substitute ?? answerCall(context, request, response, { method, query, body, path, fault })
  deliver(response, damage(answer, fault), fault)
}

interface Call {
  method: string
  query: string
  body: string
  path: string | undefined
  fault: Fault | undefined
}

function answerCall(context: HandlerContext, request: IncomingMessage, response: ServerResponse, call: Call): Answer {
  const { campus } = context
  if (call.path === '' || call.path === '/') return redirect(`${campus.webRoot}/cas/login.action`)
  const route = call.path === undefined ? undefined : stepAt(call.path)
  if (!route) return page(errorPage(404), campus.wording, 404)
  const { session, setCookies } = context.sessions.of(request.headers.cookie)
  if (setCookies.length > 0) response.setHeader('set-cookie', setCookies)
  return route.answer(campus, { ...call, session }, call.fault)
}

/** The path relative to the web root, or undefined for a path outside of it. */
function pathBelow(webRoot: string, address: string): string | undefined {
  if (address === webRoot) return ''
  return address.startsWith(`${webRoot}/`) ? address.slice(webRoot.length) : undefined
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > maxBodyBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function keep({ requests, onRequest }: HandlerContext, entry: LogEntry): void {
  requests.push(entry)
  if (requests.length > maxLogEntries) requests.shift()
  onRequest?.(entry)
}
