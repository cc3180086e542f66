import { Client } from 'undici'
import { startDeadline } from '../deadline.ts'
import { dropBody, readBody } from '../school-call/bounded-body.ts'
import { callFailure } from '../school-call/call-failure.ts'
import { statusTrouble } from '../school-call/http-status.ts'
import { acceptEncoding, unpackBody } from '../school-call/packed-body.ts'
import { pageText } from '../school-call/page-text.ts'
import { addressOf, type SchoolSite } from '../school-call/school-site.ts'
import { tlsOptions } from '../school-call/tls-options.ts'

export interface CasLimits {
  /** From connecting to the last byte of the response. */
  callMs: number
  answerBytes: number
}

export const defaultCasLimits: CasLimits = { callMs: 8_000, answerBytes: 32 * 1024 }

const callName = 'serviceValidate'

/** Sends one request and follows no redirect. @throws SchoolError for anything but a complete 2xx response in time */
export async function callValidation(
  site: SchoolSite,
  query: URLSearchParams,
  limits: CasLimits,
  signal: AbortSignal | undefined,
): Promise<string> {
  const deadline = startDeadline(limits.callMs, signal)
  const connect = { timeout: limits.callMs, ...tlsOptions(site) }
  const client = new Client(site.origin, { connect, allowH2: false, pipelining: 0, headersTimeout: 0, bodyTimeout: 0 })
  const seen = { answered: false }
  try {
    const path = `${new URL(addressOf(site, '/p3/serviceValidate')).pathname}?${query}`
    const response = await client.request({
      method: 'GET',
      path,
      headers: { 'accept-encoding': acceptEncoding },
      signal: deadline.signal,
    })
    seen.answered = true
    const { statusCode, headers, body } = response
    const trouble = statusTrouble(statusCode, headers.location, site, callName)
    if (trouble) throw dropBody(body, trouble)
    const sent = await readBody(body, headers['content-length'], limits.answerBytes, callName)
    const bytes = await unpackBody(sent, headers['content-encoding'], limits.answerBytes, callName)
    return pageText(bytes, String(headers['content-type'] ?? ''))
  } catch (error) {
    throw callFailure(error, callName, { ...seen, timedOut: deadline.signal.aborted })
  } finally {
    deadline.clear()
    await client.destroy()
  }
}
