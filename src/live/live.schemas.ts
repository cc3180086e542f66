import { userUrl } from '../accounts/account.schemas.ts'
import type { JsonSchema, ObjectSchema } from '../http/document/json-schema.ts'
import { eventText, retryText } from '../http/event-stream.ts'
import { type CursorCode, PageQuery, pageLinks } from '../http/pagination.ts'
import { toWireTime, WireTime } from '../http/wire-time.ts'
import type { EpochSeconds } from '../shared/clock.ts'
import type { Page } from '../shared/page.ts'
import type { LiveCounts } from './live.service.ts'
import type { ShownStudent } from './live-student.ts'

const ServerTime = { ...WireTime, description: '服务器时间（UTC） · Server time, UTC' } as const

const countsExample = { studying: 12, today_seconds: 86_400, server_time: '2017-03-25 11:56:00' }

export const LiveNow = {
  title: 'Live',
  type: 'object',
  required: ['studying', 'today_seconds', 'server_time'],
  properties: {
    studying: { type: 'integer', minimum: 0, description: '正在学习的人数 · Number of students who study now' },
    today_seconds: {
      type: 'integer',
      minimum: 0,
      description: '今天（校历日）已结束的学习的总秒数 · Total seconds of today’s ended records (campus day)',
    },
    server_time: ServerTime,
  },
  description: '此刻 · Now',
  examples: [countsExample],
} as const satisfies ObjectSchema

const named = {
  key: 'Zk3vX1q8mT0uWc2a',
  user: 'http://127.0.0.1:5000/api/v1.0/users/1',
  username: 'bllli',
  since: '2017-03-25 11:55:47',
}
const anonymous = { key: 'b7Rr0sYp4LdQe9Hn', user: null, username: null, since: '2017-03-25 11:50:00' }

const LiveStudentRow = {
  title: 'LiveStudent',
  type: 'object',
  required: ['key', 'user', 'username', 'since'],
  properties: {
    key: {
      type: 'string',
      description: '这一行的标识，与 `start`、`end` 事件中的相同 · Identifies the row, as in `start` and `end` events',
    },
    user: {
      type: ['string', 'null'],
      format: 'uri',
      description: '用户的地址，匿名则为 `null` · URL of the user, `null` if anonymous',
    },
    username: {
      type: ['string', 'null'],
      description: '用户名，匿名则为 `null` · User name, `null` if anonymous',
    },
    since: {
      ...WireTime,
      description: '开始时间（UTC），匿名则只精确到十分钟 · Start, UTC; rounded down to ten minutes if anonymous',
    },
  },
  description: '正在学习的一位同学 · A student who studies now',
  examples: [named],
} as const satisfies ObjectSchema

const link = { type: ['string', 'null'], format: 'uri' } as const

export const LivePage = {
  title: 'LivePage',
  type: 'object',
  required: ['count', 'next', 'prev', 'students', 'server_time'],
  properties: {
    count: { type: 'integer', minimum: 0, description: '总人数，不只本页 · Total number, not only of this page' },
    next: { ...link, description: '下一页的地址，没有则为 `null` · URL of the next page, or `null`' },
    prev: { ...link, description: '上一页的地址，没有则为 `null` · URL of the previous page, or `null`' },
    students: { type: 'array', items: LiveStudentRow, description: '本页的同学 · The students of this page' },
    server_time: ServerTime,
  },
  description: '一页正在学习的同学 · A page of the students who study now',
  examples: [{ count: 2, next: null, prev: null, students: [anonymous, named], server_time: '2017-03-25 11:56:00' }],
} as const satisfies ObjectSchema

const { per_page, order, cursor } = PageQuery.properties
export const LivePageQuery = {
  type: 'object',
  properties: { per_page, order, cursor },
} as const satisfies ObjectSchema

export const LastEventId = {
  type: 'object',
  properties: {
    'Last-Event-ID': {
      type: 'string',
      description:
        '最后收到的事件的 `id`，由浏览器在重连时发送 · The `id` of the last received event. Browsers send it when they reconnect',
      examples: ['1490442960.Qk2x8vTn.42'],
    } satisfies JsonSchema,
  },
} as const

export const eventStreamDescription = `Server-Sent Events。每个事件带 \`id\`；\`data\` 是 JSON。

- \`count\`：内容与 JSON 响应相同；连接后立即发送一次，之后有变化才发送，最多每秒一次。
- \`start\`、\`end\`：有人开始、结束学习；内容与 \`/live/students\` 的一行相同。\`key\` 相同的 \`start\` 取代之前的一行；重连后同一事件可能再次出现。
- \`reset\`：断开期间的事件无法补发，请重新读取 \`/live/students\`；随后是 \`count\`。

重连时带上 \`Last-Event-ID\` 即可补发错过的事件。每 15 秒有一行注释，保持连接。一小时后、登录失效后或读取太慢时，服务器会断开。

Server-Sent Events. Each has an \`id\`; its \`data\` is JSON.

- \`count\`: the same as the JSON response. Sent at the beginning and after changes, at most once a second.
- \`start\`, \`end\`: a student starts or stops; the data is a row of \`/live/students\`. A \`start\` replaces a row with the same \`key\`. After a reconnection, events may be repeated.
- \`reset\`: missed events are no longer available. Read \`/live/students\` again. A \`count\` follows.

With \`Last-Event-ID\`, missed events are sent again. A comment every 15 seconds keeps the connection open. The server closes it after an hour, when the credentials become invalid, or when the client reads too slowly.`

export const eventStreamExample = [
  retryText(3000),
  eventText({ id: '1490442960.Qk2x8vTn.41', event: 'count', data: countsExample }),
  eventText({ id: '1490442961.Qk2x8vTn.42', event: 'start', data: named }),
].join('')

export function presentCounts({ studying, todaySeconds, now }: LiveCounts) {
  return { studying, today_seconds: todaySeconds, server_time: toWireTime(now) }
}

export function presentStudent({ key, account, since }: ShownStudent, origin: string) {
  return {
    key,
    user: account ? userUrl(origin, account.id) : null,
    username: account ? account.username : null,
    since: toWireTime(since),
  }
}

export function presentStudents(
  page: Page<ShownStudent> & { now: EpochSeconds },
  { origin, url, query, code }: { origin: string; url: string; query: object; code: CursorCode },
) {
  return {
    count: page.count,
    ...pageLinks(page, url, query, code),
    students: page.items.map((student) => presentStudent(student, origin)),
    server_time: toWireTime(page.now),
  }
}
