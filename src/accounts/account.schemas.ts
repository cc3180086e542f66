import { Id } from '../http/document/api-schemas.ts'
import type { JsonSchema, ObjectSchema } from '../http/document/json-schema.ts'
import { apiBase } from '../http/links.ts'
import { toWireTime, WireTime } from '../http/wire-time.ts'
import type { Account } from './account.ts'

export const User = {
  title: 'User',
  type: 'object',
  required: ['username', 'url', 'studys', 'member_since', 'last_seen'],
  properties: {
    username: { type: 'string', description: '用户名 · User name' },
    url: { type: 'string', format: 'uri', description: '该用户的地址 · URL of the user' },
    studys: { type: 'string', format: 'uri', description: '该用户学习记录的地址 · URL of the user’s study records' },
    member_since: { ...WireTime, description: '注册时间（UTC） · When the account was created, UTC' },
    last_seen: {
      ...WireTime,
      description:
        '最近一次带登录信息的请求（UTC），至多晚一分钟 · The latest authenticated request, UTC, at most a minute behind',
    },
  },
  description: '用户 · A user',
  examples: [
    {
      last_seen: '2017-03-25 06:44:35',
      member_since: '2017-03-25 06:41:49',
      studys: 'http://127.0.0.1:5000/api/v1.0/users/1/studys/',
      url: 'http://127.0.0.1:5000/api/v1.0/users/1',
      username: 'bllli',
    },
  ],
} as const satisfies ObjectSchema

export const Password = {
  type: 'string',
  minLength: 1,
  description:
    '账号的密码，8 到 1024 个字符，按 NFC 比较 · Password of the account: 8 to 1024 characters, compared in NFC',
} as const satisfies JsonSchema

export const UserName = {
  type: 'string',
  minLength: 1,
  description: '1 到 64 个字符，不含冒号和看不见的字符 · 1 to 64 characters, without colons and invisible characters',
} as const satisfies JsonSchema

export const UserId = { ...Id, description: '用户编号 · Id of the user' } as const satisfies JsonSchema

export function userUrl(origin: string, id: number): string {
  return `${origin}${apiBase}/users/${id}`
}

export function presentUser(account: Account, origin: string) {
  const url = userUrl(origin, account.id)
  return {
    username: account.username,
    url,
    studys: `${url}/studys/`,
    member_since: toWireTime(account.createdAt),
    last_seen: toWireTime(account.lastSeenAt),
  }
}
