import type { ServerResponse } from 'node:http'
import { deflateSync, gzipSync } from 'node:zlib'
import { type Answer, page, redirect, type Wording } from '../pages/answer.ts'
import { errorPage, maintenancePage } from '../pages/pages.ts'
import type { Fault } from './fault.ts'

const unresolvableUrl = 'http://sso.school.invalid/login'

/** The response that replaces the correct one. The school then does not process the request at all. */
export function substituteFor(fault: Fault | undefined, address: string, wording: Wording): Answer | undefined {
  switch (fault?.name) {
    case 'http-status':
      return page(errorPage(fault.status ?? 500), wording, fault.status ?? 500)
    case 'maintenance':
      return page(maintenancePage, wording)
    case 'redirect-loop':
      return redirect(address)
    case 'redirect-elsewhere':
      return redirect(fault.location ?? unresolvableUrl)
    case 'hang':
    case 'close':
    case 'reset':
    case 'endless-body':
      return { status: 200, headers: {}, body: Buffer.alloc(0) }
    default:
      return undefined
  }
}

/** The correct response, damaged in transit. */
export function damage(answer: Answer, fault: Fault | undefined): Answer {
  if (fault?.name === 'broken-json') return { ...answer, body: answer.body.subarray(0, answer.body.length / 2) }
  if (fault?.name === 'packed') return packed(answer, fault.coding ?? 'gzip')
  if (fault?.name !== 'wrong-content-type') return answer
  return { ...answer, headers: { ...answer.headers, 'content-type': fault.contentType ?? 'application/octet-stream' } }
}

function packed(answer: Answer, coding: 'gzip' | 'deflate'): Answer {
  const body = coding === 'gzip' ? gzipSync(answer.body) : deflateSync(answer.body)
  return { ...answer, headers: { ...answer.headers, 'content-encoding': coding }, body }
}

/** Sends a response, or treats the connection as the fault requires. Timers end with the connection. */
export function deliver(response: ServerResponse, answer: Answer, fault: Fault | undefined): void {
  switch (fault?.name) {
    case 'hang':
      return
    case 'close':
      response.socket?.destroy()
      return
    case 'reset':
      reset(response)
      return
    case 'drip':
      drip(response, answer, fault.everyMs ?? 1000)
      return
    case 'slow':
      later(response, fault.ms ?? 3000, () => send(response, answer))
      return
    case 'endless-body':
      pour(response)
      return
    default:
      send(response, answer)
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length })
  response.end(body)
}

function later(response: ServerResponse, ms: number, action: () => void): void {
  const timer = setTimeout(action, ms)
  response.once('close', () => clearTimeout(timer))
}

function drip(response: ServerResponse, { status, headers, body }: Answer, everyMs: number): void {
  response.writeHead(status, { ...headers, 'content-length': body.length })
  response.flushHeaders()
  let sent = 0
  const timer = setInterval(() => {
    response.write(body.subarray(sent, ++sent))
    if (sent >= body.length) response.end()
  }, everyMs)
  response.once('close', () => clearInterval(timer))
}

function pour(response: ServerResponse): void {
  const water = Buffer.alloc(16 * 1024, ' ')
  const more = () => {
    while (!response.destroyed && response.write(water));
  }
  response.writeHead(200, { 'content-type': 'text/html' })
  response.on('drain', more)
  more()
}

/** A TLS socket has no TCP handle to reset, so it is closed as with the fault `close`. */
function reset(response: ServerResponse): void {
  const { socket } = response
  if (!socket) return
  if ('encrypted' in socket) socket.destroy()
  else socket.resetAndDestroy()
}
