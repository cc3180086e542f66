import { Password } from '../../accounts/account.schemas.ts'
import { Id } from '../../http/document/api-schemas.ts'
import type { ObjectSchema } from '../../http/document/json-schema.ts'
import { apiBase } from '../../http/links.ts'
import { toWireTime, WireTime } from '../../http/wire-time.ts'
import type { Session, SessionId } from './session.ts'

export const SignInBody = {
  title: 'SignIn',
  type: 'object',
  required: ['username', 'password'],
  properties: {
    username: { type: 'string', minLength: 1, description: '用户名或学号 · User name or student number' },
    password: Password,
  },
  examples: [{ username: 'bllli', password: 'quiet-reading-room' }],
} as const satisfies ObjectSchema

const Device = {
  title: 'Session',
  type: 'object',
  required: ['id', 'url', 'device', 'created', 'last_seen', 'expires', 'current'],
  properties: {
    id: { type: 'integer', description: '编号 · Id' },
    url: { type: 'string', format: 'uri', description: '用 DELETE 退出该设备 · DELETE it to sign the device out' },
    device: {
      type: ['string', 'null'],
      description: '浏览器和系统，未知则为 `null` · Browser and system, `null` if unknown',
    },
    created: { ...WireTime, description: '登录时间（UTC） · Time of the sign-in, UTC' },
    last_seen: { ...WireTime, description: '最近使用（UTC），至多晚一小时 · Last use, UTC, at most an hour behind' },
    expires: {
      ...WireTime,
      description: '如不再使用，何时失效（UTC） · When it ends if it is not used, UTC',
    },
    current: {
      type: 'boolean',
      description: '是否就是发出此请求的设备 · Whether it is the device that sent this request',
    },
  },
  description: '已登录的设备 · A device that is signed in',
} as const satisfies ObjectSchema

export const Devices = {
  title: 'Sessions',
  type: 'object',
  required: ['sessions'],
  properties: {
    sessions: { type: 'array', items: Device, description: '最近使用的在前 · The most recently used one comes first' },
  },
  description: '已登录的设备 · The devices that are signed in',
  examples: [
    {
      sessions: [
        {
          id: 3,
          url: 'http://127.0.0.1:5000/api/v1.0/users/me/sessions/3',
          device: 'Chrome · Android',
          created: '2026-11-26 08:00:00',
          last_seen: '2026-11-26 09:00:00',
          expires: '2026-12-26 09:00:00',
          current: true,
        },
      ],
    },
  ],
} as const satisfies ObjectSchema

export const SessionParams = {
  type: 'object',
  required: ['session_id'],
  properties: { session_id: { ...Id, description: '设备的编号 · Id of the device' } },
} as const satisfies ObjectSchema

export function presentSession(session: Session, origin: string, current: SessionId | undefined) {
  const { id, device = null, createdAt, lastSeenAt, expiresAt } = session
  return {
    id,
    url: `${origin}${apiBase}/users/me/sessions/${id}`,
    device,
    created: toWireTime(createdAt),
    last_seen: toWireTime(lastSeenAt),
    expires: toWireTime(expiresAt),
    current: id === current,
  }
}
