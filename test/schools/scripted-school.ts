import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface SeenCall {
  method: string
  path: string
  query: string
  body: string
  headers: IncomingHttpHeaders
}

type Script = (response: ServerResponse, call: SeenCall) => void

/** A school's responses, by path below its web root. */
export type Scripts = Record<string, Script>

export interface ScriptedSchool {
  url: string
  seen: SeenCall[]
  /** The requested paths, in order. */
  paths(): string[]
  close(): Promise<void>
}

/** Starts a session of the school for a client without one, by the page and by the captcha. */
export const giveSession = (response: ServerResponse, { headers }: SeenCall) => {
  if (!headers.cookie?.includes('JSESSIONID'))
    response.setHeader('set-cookie', 'JSESSIONID=ABC123.kingo; Path=/; HttpOnly')
}

export const image = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0])

/** A school that speaks K2 by form and accepts everything, for changing one response at a time. */
export const acceptingScripts: Scripts = {
  '/cas/login.action': (response, call) => {
    giveSession(response, call)
    response.end(`<html><script>function doLogon() {
      var params = "_u"+randnumber+"="+u+"&_p"+randnumber+"="+p
      kutil.doAjax(_webRootPath + "cas/logon.action", params, done)
    }</script></html>`)
  },
  '/cas/genValidateCode': (response, call) => {
    giveSession(response, call)
    response.end(image)
  },
  '/cas/logon.action': (response) => response.end('{"status":"200","message":"操作成功!"}'),
  '/jw/common/showYearTerm.action': (response) => response.end('{"userCode":"20140001","xn":"2017"}'),
}

/** With `tls`, it speaks HTTPS. */
export async function startScriptedSchool(
  changes: Scripts = {},
  { root = '', tls }: { root?: string; tls?: { cert: string; key: string } } = {},
): Promise<ScriptedSchool> {
  const scripts = { ...acceptingScripts, ...changes }
  const seen: SeenCall[] = []
  const listener: RequestListener = async (request, response) => {
    const [address = '', query = ''] = (request.url ?? '').split('?', 2)
    const path = address.startsWith(`${root}/`) ? address.slice(root.length) : `outside the web root: ${address}`
    const call = { method: request.method ?? '', path, query, body: await text(request), headers: request.headers }
    seen.push(call)
    const script = scripts[path]
    if (script) script(response, call)
    else response.writeHead(404).end()
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}${root}`,
    seen,
    paths: () => seen.map(({ path }) => path),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function json(value: unknown): Script {
  return (response) => response.end(JSON.stringify(value))
}
