import type { JsonSchema, ObjectSchema } from '../http/document/json-schema.ts'
import type { ProofKind } from './verification-input.ts'

const PasswordInput = {
  stu_id: {
    type: 'string',
    minLength: 1,
    description: 'Student number (学号), in the form of the school (`STUDENT_NUMBER`): nine or ten digits by default.',
  },
  stu_pwd: {
    type: 'string',
    minLength: 1,
    description: "Password of the school's system: used for one login, never kept.",
  },
  challenge: {
    type: 'string',
    minLength: 1,
    description: 'From `POST /register/challenge`; together with `captcha`.',
  },
  captcha: { type: 'string', minLength: 1, description: "What the challenge's image says." },
} as const satisfies Record<string, JsonSchema>

const TicketInput = {
  ticket: {
    type: 'string',
    minLength: 1,
    description: "From `GET /register/cas`: proof of a login at the school's page.",
  },
} as const satisfies Record<string, JsonSchema>

const passwordExample = { stu_id: '4141901001', stu_pwd: 'demo-pass-1' }
const ticketExample = { ticket: 'q83v0kAH…' }

/** A body that wants these fields together with whatever proves a student at this school. */
export function bodyWithVerification<T extends Record<string, JsonSchema>>(
  kind: ProofKind,
  fields: T,
  example: Record<string, string>,
) {
  const names = Object.keys(fields) as (keyof T & string)[]
  return kind === 'ticket'
    ? ({
        type: 'object',
        required: [...names, 'ticket'],
        properties: { ...fields, ...TicketInput },
        examples: [{ ...example, ...ticketExample }],
      } as const satisfies ObjectSchema)
    : ({
        type: 'object',
        required: [...names, 'stu_id', 'stu_pwd'],
        properties: { ...fields, ...PasswordInput },
        examples: [{ ...example, ...passwordExample }],
      } as const satisfies ObjectSchema)
}

export const Challenge = {
  type: 'object',
  required: ['challenge', 'image', 'expiration'],
  properties: {
    challenge: { type: 'string', description: 'To be sent along with the answer.' },
    image: { type: 'string', description: 'The captcha, as a data URL.' },
    expiration: { type: 'integer', description: 'Lifetime in seconds.' },
  },
  description: 'A captcha to read.',
  examples: [{ challenge: 'k2Jx…', image: 'data:image/jpeg;base64,/9j/…', expiration: 120 }],
} as const satisfies ObjectSchema

export const Ticket = {
  type: 'object',
  required: ['ticket', 'expiration'],
  properties: { ticket: { type: 'string' }, expiration: { type: 'integer', description: 'Lifetime in seconds.' } },
  description: 'Proof of a login at the school, for one use.',
  examples: [{ ticket: 'q83v0kAH…', expiration: 600 }],
} as const satisfies ObjectSchema

export const WaitingPlace = {
  type: 'object',
  properties: {
    'waiting-place': {
      type: 'string',
      description:
        '上次 503 回答给出的排队号 · The place in the line before the school, as a 503 gave it. Without it the place is found by student number and address.',
    },
  },
} as const satisfies ObjectSchema
