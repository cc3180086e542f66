import { Type } from 'typebox'
import { apiBase } from '../http/links.ts'
import { toWireTime, WireTime } from '../http/wire-time.ts'
import type { Account } from './account.ts'

export const User = Type.Object(
  {
    username: Type.String(),
    url: Type.String({ format: 'uri' }),
    studys: Type.String({ format: 'uri', description: "The user's study records." }),
    member_since: WireTime,
    last_seen: Type.String({ ...WireTime, description: 'The latest authenticated request, at most a minute behind.' }),
  },
  {
    description: 'A user.',
    examples: [
      {
        last_seen: '2017-03-25 06:44:35',
        member_since: '2017-03-25 06:41:49',
        studys: 'http://127.0.0.1:5000/api/v1.0/users/1/studys/',
        url: 'http://127.0.0.1:5000/api/v1.0/users/1',
        username: 'bllli',
      },
    ],
  },
)

export const Password = Type.String({ minLength: 1, description: 'Of the account: 8 to 1024 characters.' })
export const UserName = Type.String({ minLength: 1, description: '1 to 64 characters, no colon.' })

export const TokenAnswer = Type.Object(
  { token: Type.String(), expiration: Type.Integer({ description: 'Lifetime in seconds.' }) },
  { description: 'A token.', examples: [{ token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x', expiration: 3600 }] },
)

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
