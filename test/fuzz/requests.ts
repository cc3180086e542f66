import fc from 'fast-check'
import type { ApiDocument, Operation } from '../document/response-check.ts'
import { bodyOf, fittingValue, junk, resolve, type Schema } from './bodies.ts'

/** A request to be sent unchanged. `template` is its path in the document, if any. */
export interface FuzzRequest {
  method: string
  path: string
  template: string | undefined
  headers: Record<string, string>
  body: Buffer | undefined
}

const ids = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }).map(String) },
  fc.constantFrom(
    '0',
    '-1',
    '1.5',
    '1e3',
    '01',
    '+1',
    '9007199254740991',
    '9007199254740993',
    '99999999999999999999',
    '1e309',
  ),
  fc.constantFrom('me', 'null', 'NaN', '%00', '%FF', '%E5%AD%A6', '..%2f..', '%2e%2e', "1'--", '1;2', '{id}', '%20'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map(encoded),
)
const odd = fc.constantFrom(
  'bytes=0-1',
  'gzip, br;q=0',
  '100-continue ',
  '*/*;q=x',
  'W/"x"',
  'en-US,en;q=0.9',
  'zh-CN',
  'x'.repeat(3000),
  '"',
  ',,,',
  '=?utf-8?q?=E5?=',
)
const oddHeaders = fc.dictionary(
  fc.constantFrom(
    'accept',
    'accept-language',
    'accept-encoding',
    'range',
    'if-none-match',
    'if-match',
    'origin',
    'x-a',
  ),
  odd,
  { maxKeys: 2 },
)
const bodyTypes = fc.oneof(
  { weight: 8, arbitrary: fc.constant('application/json') },
  fc.constantFrom(
    'application/json; charset=utf-8',
    'application/json;charset=gbk',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'x',
    '',
    '/',
    'application/json, text/plain',
  ),
)
const wildPaths = fc.oneof(
  fc
    .array(fc.oneof(ids, fc.constantFrom('api', 'v1.0', 'users', 'studys', 'docs', '', '.', '..')), { maxLength: 6 })
    .map((parts) => `/${parts.join('/')}`),
  fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `/api/v1.0/${encoded(text)}`),
  fc.constantFrom(
    '/',
    '//',
    '/docs/',
    '/openapi.json',
    '/healthz?x',
    '/favicon.ico',
    '/robots.txt',
    '/api/v1.0',
    '/api/v1.0/?',
    '*',
    '/%',
    '/%zz',
    '/api/v2.0/users/1',
    '/__proto__',
    '/constructor',
  ),
)

/** Requests for what the document describes, valid and invalid, and for other paths. */
export function requestsFor(document: ApiDocument, credentials: Record<string, string>[]): fc.Arbitrary<FuzzRequest> {
  const described = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      requestOf(document, template, method.toUpperCase(), operation),
    ),
  )
  const authorization = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...credentials) },
    fc.constantFrom<Record<string, string>>(
      {},
      ...[
        'Basic',
        'Basic !!!',
        'Basic Og==',
        `Basic ${'A'.repeat(4000)}`,
        'Bearer x.y.z',
        'Bearer',
        'Digest a',
        'x',
        ' ',
      ].map((text) => ({ authorization: text })),
    ),
  )
  const wild = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'),
    path: wildPaths,
    template: fc.constant(undefined),
    headers: fc.constant({}),
    body: fc.oneof(fc.constant(undefined), junk),
  })
  return fc
    .record({
      request: fc.oneof({ weight: 9, arbitrary: fc.oneof(...described) }, wild),
      known: authorization,
      others: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, oddHeaders),
      type: bodyTypes,
    })
    .map(({ request, known, others, type }) => ({
      ...request,
      headers: { ...(request.body ? { 'content-type': type } : {}), ...request.headers, ...others, ...known },
    }))
}

function requestOf(
  document: ApiDocument,
  template: string,
  method: string,
  operation: Operation,
): fc.Arbitrary<FuzzRequest> {
  const { parameters = [], requestBody } = operation
  const schema = requestBody?.content['application/json']?.schema
  const placed = (where: string) => parameters.filter((parameter) => parameter.in === where)
  const value = (parameter: { schema: object }) =>
    fc.oneof({ weight: 3, arbitrary: fittingValue(resolve(document, parameter.schema)).map(String) }, ids, odd)
  const record = (list: typeof parameters, requiredKeys: [] | undefined) =>
    fc.record(
      Object.fromEntries(list.map((parameter) => [parameter.name, value(parameter)])),
      requiredKeys && { requiredKeys },
    )
  return fc
    .record({
      inPath: fc.record(Object.fromEntries(placed('path').map(({ name }) => [name, ids]))) as fc.Arbitrary<
        Record<string, string>
      >,
      query: record(placed('query'), []) as fc.Arbitrary<Record<string, string>>,
      headers: record(placed('header'), []) as fc.Arbitrary<Record<string, string>>,
      body: schema
        ? fc.oneof({ weight: 4, arbitrary: bodyOf(document, schema as Schema) }, junk, fc.constant(undefined))
        : fc.constant(undefined),
      slash: fc.boolean(),
    })
    .map(({ inPath, query, headers, body, slash }) => {
      const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => inPath[name] ?? '')
      const search = new URLSearchParams(query).toString()
      const path = `${slash ? filled.replace(/\/$/, '') : filled}${search ? `?${search}` : ''}`
      return { method, path, template, headers: visible(headers), body }
    })
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/** Node's client refuses to send anything else. */
function visible(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replaceAll(/[^\x20-\x7e]/g, '?')]),
  )
}
