import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify'
import { withOptionalBodies } from '../optional-bodies.ts'

const description = `学习时长的记录与查询。除注册外，每个请求都要带凭据：HTTP Basic（用户名或学号加密码），或令牌（Basic 的用户名，密码留空；也可用 Bearer）。
时间一律为 UTC，格式 \`YYYY-MM-DD HH:mm:ss\`。错误的正文是 \`{"error", "message"}\`，\`message\` 默认中文，可用 \`Accept-Language: en\` 换成英文。

Study time for campuses. Every route but \`POST /register\` wants credentials: HTTP Basic (user name or student number, and password), or a
token (as the Basic user name with an empty password, or as Bearer). Times are UTC, \`YYYY-MM-DD HH:mm:ss\`. Errors are \`{"error", "message"}\`,
in Chinese, or in English for \`Accept-Language: en\`.`

/** OpenAPI 3.1, by a server of its own that knows the routes by their schemas alone, and never listens. */
export async function apiDocument(routes: RouteOptions[], version: string): Promise<object> {
  const app = Fastify()
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => JSON.stringify)
  await describe(app, version)
  for (const { method, url, schema = {} } of routes) app.route({ method, url, schema, handler: async () => undefined })
  await app.ready()
  const document = app.swagger()
  await app.close()
  return document
}

async function describe(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    transformObject: (made) => withOptionalBodies('openapiObject' in made ? made.openapiObject : made.swaggerObject),
    openapi: {
      openapi: '3.1.0',
      info: {
        title: '占领图书馆 · Occupy the Library',
        version,
        description,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: [
        { name: 'users', description: '用户、注册与令牌 · Users, registration and tokens' },
        { name: 'studys', description: '学习记录 · Study records' },
      ],
      security: [{ basic: [] }, { bearer: [] }],
      components: {
        securitySchemes: {
          basic: { type: 'http', scheme: 'basic', description: '用户名或学号加密码；或令牌加空密码。' },
          bearer: { type: 'http', scheme: 'bearer', description: 'GET /token 得到的令牌。' },
        },
      },
    },
  })
}
