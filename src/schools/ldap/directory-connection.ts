import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type BindRequest, ExtendedRequest, ProtocolOperation, type SearchRequest, UnbindRequest } from 'ldapts'
import { startDeadline } from '../deadline.ts'
import { callFailure } from '../school-call/call-failure.ts'
import { SchoolError } from '../school-call/school-error.ts'
import { tlsOptions } from '../school-call/tls-options.ts'
import { notUnderstood } from './ber.ts'
import type { DirectoryAddress } from './directory-address.ts'
import { type DirectoryAnswer, type DirectoryResult, readAnswer } from './directory-answer.ts'
import { resultTrouble, successCode } from './directory-result.ts'
import type { DirectoryLimits } from './limits.ts'
import { createMessageCutter } from './message-cutter.ts'
import { waitFor } from './socket-wait.ts'

const startTlsOid = '1.3.6.1.4.1.1466.20037'
const noticeMessageId = 0

export interface Exchange {
  /** The names of the entries that were found. */
  entries: string[]
  result: DirectoryResult
}

/**
 * One connection for one login, with one request at a time. Not ldapts's own client, because it reconnects
 * automatically when the connection is lost. After StartTLS it would reconnect in clear text and send the password.
 */
export class DirectoryConnection {
  readonly #address
  readonly #limits
  readonly #signal
  #socket: Socket
  #cutter
  #messageId = 0
  #idle = false

  private constructor(address: DirectoryAddress, limits: DirectoryLimits, signal: AbortSignal) {
    this.#address = address
    this.#limits = limits
    this.#signal = signal
    this.#cutter = createMessageCutter(limits.answerBytes)
    this.#socket = quiet(address.protection === 'tls' ? connectTls(directoryTls(address)) : connectPlain(address))
  }

  /** Connects and secures the connection. @throws SchoolError */
  static async open(
    address: DirectoryAddress,
    limits: DirectoryLimits,
    signal: AbortSignal,
  ): Promise<DirectoryConnection> {
    const connection = new DirectoryConnection(address, limits, signal)
    try {
      await connection.#connected(address.protection === 'tls' ? 'secureConnect' : 'connect')
      if (address.protection === 'start-tls') await connection.#startTls()
      return connection
    } catch (error) {
      connection.close()
      throw error
    }
  }

  nextId(): number {
    return ++this.#messageId
  }

  /** Sends a request and reads the complete response. @throws SchoolError if there is none */
  ask(step: string, request: BindRequest | SearchRequest | ExtendedRequest, ending: number): Promise<Exchange> {
    const entries: string[] = []
    const onAnswer = (answer: DirectoryAnswer): Exchange | undefined => {
      if (answer.kind === 'result' && answer.messageId === noticeMessageId) throw resultTrouble(answer, step)
      if (answer.messageId !== request.messageId) throw notUnderstood()
      if (answer.kind === 'entry') entries.push(answer.name)
      if (answer.kind !== 'result') return undefined
      if (answer.operation !== ending) throw notUnderstood()
      return { entries, result: answer }
    }
    return this.#inTime(step, async (signal, seen) => {
      this.#socket.write(request.write())
      // Data already received after the previous response can only be a disconnection notice or forged.
      return this.#readAnswers(onAnswer) ?? this.#listen(step, onAnswer, signal, seen)
    })
  }

  /** Sends an unbind request if no request is pending. */
  close(): void {
    const socket = this.#socket
    if (this.#idle) socket.write(new UnbindRequest({ messageId: this.nextId() }).write(), () => socket.destroy())
    else socket.destroy()
  }

  async #startTls(): Promise<void> {
    const request = new ExtendedRequest({ messageId: this.nextId(), oid: startTlsOid })
    const { result } = await this.ask('start-tls', request, ProtocolOperation.LDAP_RES_EXTENSION)
    if (result.code !== successCode) throw new SchoolError('unsupported', `start-tls: result code ${result.code}`)
    // Data received before the connection is encrypted must not be taken for data received afterwards.
    if (!this.#cutter.empty || this.#socket.readableLength > 0) throw notUnderstood()
    this.#socket = quiet(connectTls({ ...directoryTls(this.#address), socket: this.#socket }))
    await this.#connected('secureConnect')
  }

  #connected(event: 'connect' | 'secureConnect'): Promise<true> {
    return this.#inTime('connect', (signal) => waitFor(this.#socket, event, signal, () => true))
  }

  async #listen(
    step: string,
    onAnswer: (answer: DirectoryAnswer) => Exchange | undefined,
    signal: AbortSignal,
    seen: { answered: boolean },
  ): Promise<Exchange> {
    let left = this.#limits.answerBytes
    const take = (chunk: Buffer) => {
      seen.answered = true
      left -= chunk.length
      if (left < 0) throw new SchoolError('too-large', `${step}: more than ${this.#limits.answerBytes} bytes`)
      this.#cutter.add(chunk)
      return this.#readAnswers(onAnswer)
    }
    const answered = waitFor(this.#socket, 'data', signal, take)
    this.#socket.resume()
    return answered.finally(() => this.#socket.pause())
  }

  #readAnswers(onAnswer: (answer: DirectoryAnswer) => Exchange | undefined): Exchange | undefined {
    for (let message = this.#cutter.next(); message; message = this.#cutter.next()) {
      const exchange = onAnswer(readAnswer(message))
      if (exchange) return exchange
    }
    return undefined
  }

  async #inTime<T>(step: string, run: (signal: AbortSignal, seen: { answered: boolean }) => Promise<T>): Promise<T> {
    const deadline = startDeadline(this.#limits.callMs, this.#signal)
    const seen = { answered: false }
    this.#idle = false
    try {
      const result = await run(deadline.signal, seen)
      this.#idle = true
      return result
    } catch (error) {
      throw callFailure(error, step, { ...seen, timedOut: deadline.signal.aborted })
    } finally {
      deadline.clear()
    }
  }
}

function directoryTls(address: DirectoryAddress) {
  const { host, port } = address
  return { host, port, servername: isIP(host) ? '' : host, ...tlsOptions(address) }
}

/** A socket whose errors are read by the code that waits on it, so they need no handler. */
function quiet<T extends Socket>(socket: T): T {
  return socket.on('error', () => {})
}
