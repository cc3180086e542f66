import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Proof } from '../../src/schools/verifier.ts'

/** Replaces the server's response to a validation. */
export type CasFault = (response: ServerResponse) => void

export interface CasServer {
  /** Includes the web root. */
  url: string
  /** The queries of `p3/serviceValidate`. */
  validations: URLSearchParams[]
  setFault(fault: CasFault | undefined): void
  close(): Promise<void>
}

interface ServiceTicket {
  service: string
  studentNumber: string
  /** Whether the password was typed for this ticket. */
  fresh: boolean
}

export const success = (inside: string) =>
  `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas"><cas:authenticationSuccess>${inside}</cas:authenticationSuccess></cas:serviceResponse>`
export const failure = (code: string) =>
  `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas"><cas:authenticationFailure code="${code}">No.</cas:authenticationFailure></cas:serviceResponse>`

/** A small CAS 3.0 server: a login page that redirects, a session cookie, `renew`, and service tickets for one use at one service. */
export async function startCasServer(
  students: readonly Proof[],
  tls?: { cert: string; key: string },
): Promise<CasServer> {
  const tickets = new Map<string, ServiceTicket>()
  const sessions = new Map<string, string>()
  const validations: URLSearchParams[] = []
  let fault: CasFault | undefined

  function sendBack(response: ServerResponse, ticket: ServiceTicket): void {
    const name = `ST-${randomBytes(20).toString('hex')}-cas.example.edu`
    tickets.set(name, ticket)
    const url = new URL(ticket.service)
    url.searchParams.append('ticket', name)
    response.writeHead(302, { location: url.href }).end()
  }

  async function login(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<void> {
    const service = query.get('service') ?? ''
    const known = sessions.get(/TGC=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? '')
    if (request.method === 'GET' && known !== undefined && query.get('renew') !== 'true')
      return sendBack(response, { service, studentNumber: known, fresh: false })
    const form = new URLSearchParams(request.method === 'POST' ? await text(request) : '')
    const student = students.find(
      ({ studentNumber, schoolPassword }) =>
        studentNumber === form.get('username') && schoolPassword !== '' && schoolPassword === form.get('password'),
    )
    if (!student) {
      response.writeHead(request.method === 'POST' ? 401 : 200, { 'content-type': 'text/html; charset=utf-8' })
      return void response.end(
        '<html><form method="post"><input name="username"><input name="password"><button>登录</button></form></html>',
      )
    }
    const session = randomBytes(16).toString('hex')
    sessions.set(session, student.studentNumber)
    response.setHeader('set-cookie', `TGC=${session}; Path=/cas; HttpOnly`)
    sendBack(response, { service, studentNumber: student.studentNumber, fresh: true })
  }

  function validate(query: URLSearchParams): string {
    const [service, name] = [query.get('service'), query.get('ticket')]
    if (!service || !name) return failure('INVALID_REQUEST')
    const ticket = tickets.get(name)
    tickets.delete(name)
    if (!ticket || (query.get('renew') === 'true' && !ticket.fresh)) return failure('INVALID_TICKET')
    if (ticket.service !== service) return failure('INVALID_SERVICE')
    const number = ticket.studentNumber
    return success(`<cas:user>${number}</cas:user><cas:attributes><cas:number>${number}</cas:number></cas:attributes>`)
  }

  const listener: RequestListener = async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://cas')
    if (pathname === '/cas/login') return login(request, response, searchParams)
    if (pathname !== '/cas/p3/serviceValidate') return void response.writeHead(404).end()
    validations.push(searchParams)
    if (fault) fault(response)
    else response.setHeader('content-type', 'application/xml;charset=UTF-8').end(validate(searchParams))
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/cas`,
    validations,
    setFault(next) {
      fault = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
