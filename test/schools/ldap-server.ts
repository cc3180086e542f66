import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import { BindRequest, SearchRequest } from 'ldapts'
import type { Proof } from '../../src/schools/verifier.ts'
import { type DirectoryRequest, entry, readRequest, result, sizeOf, startTlsAnswer } from './ldap-messages.ts'

/** Replaces the directory's response; undefined for the usual one. */
export type DirectoryFault = (
  request: DirectoryRequest,
  socket: Socket,
) => Buffer | 'silence' | 'reset' | 'hang-up' | undefined

export interface LdapServerOptions {
  students: readonly Proof[]
  account?: { dn: string; password: string }
  tls?: { cert: string; key: string }
  /** TLS from the first byte. */
  ldaps?: boolean
}

export interface LdapServer {
  port: number
  seen: DirectoryRequest[]
  setFault(fault: DirectoryFault | undefined): void
  /** Connections that are open now. */
  connections(): number
  close(): Promise<void>
}

export const baseDn = 'ou=people,dc=example,dc=edu'
export const dnOf = (studentNumber: string) => `uid=${studentNumber},${baseDn}`

/** A small directory that checks its requests: students are found by `uid`, and only by the service account if there is one. */
export async function startLdapServer(options: LdapServerOptions): Promise<LdapServer> {
  const seen: DirectoryRequest[] = []
  const sockets = new Set<Socket>()
  let fault: DirectoryFault | undefined

  function serve(socket: Socket, secure: boolean): void {
    let pending = Buffer.alloc(0)
    let bound = ''
    const onData = (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk])
      if (pending[0] !== 0x30) return
      for (let size = sizeOf(pending); size !== undefined && pending.length >= size; size = sizeOf(pending)) {
        const request = readRequest(pending.subarray(0, size), secure)
        pending = pending.subarray(size)
        seen.push(request)
        if (request.operation === 'unbind') return socket.destroy()
        const answer = fault?.(request, socket) ?? answerTo(request)
        if (answer === 'hang-up') return socket.end()
        if (answer === 'reset') return reset(socket)
        if (answer === 'silence') continue
        socket.write(answer)
        if (request.operation === 'extended' && answer.equals(startTlsAnswer(request.messageId))) return upgrade()
      }
    }
    function upgrade(): void {
      socket.off('data', onData)
      const { tls } = options
      if (tls) serve(new TLSSocket(socket, { isServer: true, ...tls }), true)
    }
    function answerTo(request: DirectoryRequest): Buffer {
      if (request.operation === 'extended') {
        return options.tls ? startTlsAnswer(request.messageId) : result('extended', request.messageId, 2, 'no TLS here')
      }
      if (request.request instanceof BindRequest) {
        const code = bindCode(request.request, options)
        bound = code === 0 ? request.dn : ''
        return result('bind', request.messageId, code)
      }
      return search(request, options, bound)
    }
    socket.on('error', () => {}).on('data', onData)
  }

  const server = options.ldaps
    ? createTlsServer(options.tls ?? {}, (socket) => serve(socket, true)).on('connection', track)
    : createServer((socket) => {
        track(socket)
        serve(socket, false)
      })
  /** Only the connection below TLS can be reset. */
  function reset({ remotePort }: Socket): void {
    for (const socket of sockets) if (socket.remotePort === remotePort) socket.resetAndDestroy()
  }
  function track(socket: Socket): void {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  }
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    setFault(next) {
      fault = next
    },
    connections: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function bindCode({ dn, password }: BindRequest, { students, account }: LdapServerOptions): number {
  // Accepts anonymous and unauthenticated logins, as RFC 4513 allows.
  if (password === '') return 0
  if (account?.dn === dn) return account.password === password ? 0 : 49
  return students.some((student) => dnOf(student.studentNumber) === dn && student.schoolPassword === password) ? 0 : 49
}

function search({ messageId, request }: DirectoryRequest, options: LdapServerOptions, bound: string): Buffer {
  if (!(request instanceof SearchRequest)) return result('search', messageId, 2)
  if (options.account && bound !== options.account.dn) return result('search', messageId, 50)
  if (request.baseDN !== baseDn) return result('search', messageId, 32)
  const found = options.students.filter(({ studentNumber }) => request.filter.matches({ uid: studentNumber }))
  const entries = found.slice(0, request.sizeLimit).map(({ studentNumber }) => entry(messageId, dnOf(studentNumber)))
  return Buffer.concat([...entries, result('search', messageId, found.length > request.sizeLimit ? 4 : 0)])
}
