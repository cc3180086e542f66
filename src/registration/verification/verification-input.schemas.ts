import type { JsonSchema, ObjectSchema } from '../../http/document/json-schema.ts'
import type { ProofKind } from './verification-input.ts'

const PasswordInput = {
  stu_id: {
    type: 'string',
    minLength: 1,
    description:
      '学号，格式由学校而定（`STUDENT_NUMBER`），默认为九位或十位数字 · Student number, in the school’s format (`STUDENT_NUMBER`); nine or ten digits by default',
  },
  stu_pwd: {
    type: 'string',
    minLength: 1,
    description:
      '教务系统的密码，只用于这一次登录，不会保存 · Password of the school’s system. Used for one login, never stored',
  },
  challenge: {
    type: 'string',
    minLength: 1,
    description:
      '来自 `POST /register/challenge`，与 `captcha` 一起发送 · From `POST /register/challenge`; send it together with `captcha`',
  },
  captcha: { type: 'string', minLength: 1, description: '图片上的验证码 · The captcha in the challenge’s image' },
} as const satisfies Record<string, JsonSchema>

const TicketInput = {
  ticket: {
    type: 'string',
    minLength: 1,
    description:
      '在学校页面登录后由 `GET /register/cas` 得到的凭证 · From `GET /register/cas`: confirms a login at the school’s page',
  },
} as const satisfies Record<string, JsonSchema>

/** Students of the simulated school, so that the examples work with SCHOOL=demo. */
const exampleStudent = { stu_id: '2017010101', stu_pwd: 'library' }
export const anotherStudent = { stu_id: '2017010102', stu_pwd: 'reading' }
const ticketExample = { ticket: 'q83v0kAH…' }

/** The schema of a body with these fields and the verification input of this kind of school. */
export function bodyWithVerification<T extends Record<string, JsonSchema>>(
  kind: ProofKind,
  title: string,
  fields: T,
  example: Record<string, string>,
  student = exampleStudent,
) {
  const names = Object.keys(fields) as (keyof T & string)[]
  return kind === 'ticket'
    ? ({
        title,
        type: 'object',
        required: [...names, 'ticket'],
        properties: { ...fields, ...TicketInput },
        examples: [{ ...example, ...ticketExample }],
      } as const satisfies ObjectSchema)
    : ({
        title,
        type: 'object',
        required: [...names, 'stu_id', 'stu_pwd'],
        properties: { ...fields, ...PasswordInput },
        examples: [{ ...example, ...student }],
      } as const satisfies ObjectSchema)
}

export const Challenge = {
  title: 'Challenge',
  type: 'object',
  required: ['challenge', 'image', 'expiration'],
  properties: {
    challenge: { type: 'string', description: '与答案一起发回 · Send it together with the answer' },
    image: { type: 'string', description: '验证码图片（data URL） · The captcha, as a data URL' },
    expiration: { type: 'integer', description: '有效期（秒） · Lifetime in seconds' },
  },
  description: '待辨认的验证码 · A captcha to read',
  examples: [{ challenge: 'k2Jx…', image: 'data:image/jpeg;base64,/9j/…', expiration: 120 }],
} as const satisfies ObjectSchema

export const Ticket = {
  title: 'Ticket',
  type: 'object',
  required: ['ticket', 'expiration'],
  properties: {
    ticket: { type: 'string', description: '凭证 · The ticket' },
    expiration: { type: 'integer', description: '有效期（秒） · Lifetime in seconds' },
  },
  description: '学校登录的凭证，只能使用一次 · Confirms a login at the school; can be used once',
  examples: [{ ticket: 'q83v0kAH…', expiration: 600 }],
} as const satisfies ObjectSchema

export const WaitingPlace = {
  type: 'object',
  properties: {
    'waiting-place': {
      type: 'string',
      description:
        '上次 503 响应给出的排队号 · The place in the queue, from the last 503. Without it, the place is found by student number and address.',
    },
  },
} as const satisfies ObjectSchema
