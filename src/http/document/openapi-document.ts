import type { RouteOptions } from 'fastify'
import { ErrorBody } from './api-schemas.ts'
import { isWrite, withIdempotencyKey } from './idempotency-key.ts'
import { createNamedSchemas } from './named-schemas.ts'
import { operationOf } from './operation.ts'

const description = `学习时长的记录与查询。除注册、找回密码等少数接口外，每个请求都要带登录信息：HTTP Basic（用户名或学号，加密码），或令牌（作为 Basic 的用户名，密码留空；也可用 Bearer）。

时间一律为 UTC，格式 \`YYYY-MM-DD HH:mm:ss\`。地址末尾的斜杠可有可无。出错时返回 \`{"error", "message"}\`，\`message\` 默认为中文，请求头 \`Accept-Language: en\` 可换成英文。

会写入的请求（POST、PUT、PATCH、DELETE）可以带请求头 \`Idempotency-Key\`，断线后可以原样重发，不会重复执行。只记住成功的响应；被拒绝的请求不改变任何数据，改正后可以用同一个值再发。

Study time for campuses. All routes except a few, such as \`POST /register\`, require credentials: HTTP Basic (user name or student number, and password), or a token (as the Basic user name with an empty password, or as Bearer).

All times are UTC, in the form \`YYYY-MM-DD HH:mm:ss\`. A trailing slash of a path is ignored. Errors have the form \`{"error", "message"}\`; messages are in Chinese, or in English with \`Accept-Language: en\`.

Requests that write (POST, PUT, PATCH, DELETE) accept an \`Idempotency-Key\`. If a response is lost, the same request can be sent again, and nothing is done twice. Only successful responses are stored: a refused request changes nothing, and its key can be used again for the corrected request.`

export type ApiDocument = Readonly<Record<string, unknown>>

/** The OpenAPI 3.1 document of these routes, without servers. */
export function describeRoutes(routes: readonly RouteOptions[], version: string): ApiDocument {
  const { schemas, refer } = createNamedSchemas()
  refer(ErrorBody)
  const paths: Record<string, Record<string, object>> = {}
  for (const { method, url, schema = {} } of routes) {
    const path = url.replaceAll(/:(\w+)/g, '{$1}')
    for (const each of [method].flat()) {
      const described = isWrite(each) ? withIdempotencyKey(schema) : schema
      paths[path] = { ...paths[path], [each.toLowerCase()]: operationOf(described, refer) }
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: '占领图书馆 · Occupy the Library',
      version,
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    tags,
    security: [{ basic: [] }, { bearer: [] }, { session: [] }],
    paths,
    components: { schemas, securitySchemes },
  }
}

const tags = [
  {
    name: 'users',
    'x-displayName': '用户 · Users',
    description: '用户、注册与令牌 · Users, registration and tokens',
  },
  {
    name: 'studys',
    'x-displayName': '学习记录 · Study records',
    description: '开始、结束与查询 · Start, end and find records',
  },
  {
    name: 'leaderboards',
    'x-displayName': '排行榜 · Leaderboards',
    description: '谁学得最久 · Who studies most',
  },
]

const securitySchemes = {
  basic: {
    type: 'http',
    scheme: 'basic',
    description:
      '用户名或学号，加密码；或令牌，密码留空 · User name or student number, and password; or a token with an empty password',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-session',
    description:
      '`POST /session` 设置的 Cookie，不用 HTTPS 时名为 `session`；修改数据的请求必须来自本站的页面 · Set by `POST /session`; its name is `session` without HTTPS. Requests by cookie that change something must come from a page of this site',
  },
  bearer: { type: 'http', scheme: 'bearer', description: '`GET /token` 得到的令牌 · The token of `GET /token`' },
}
