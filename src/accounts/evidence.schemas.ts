import { Type } from 'typebox'
import type { ProofKind } from './evidence.ts'

const PasswordEvidence = {
  stu_id: Type.String({ minLength: 1, description: 'Student number (学号): nine or ten digits.' }),
  stu_pwd: Type.String({
    minLength: 1,
    description: "Password of the school's system: used for one login, never kept.",
  }),
  challenge: Type.Optional(
    Type.String({ minLength: 1, description: 'From `POST /register/challenge`; together with `captcha`.' }),
  ),
  captcha: Type.Optional(Type.String({ minLength: 1, description: "What the challenge's image says." })),
}

const TicketEvidence = {
  ticket: Type.String({
    minLength: 1,
    description: "From `GET /register/cas`: proof of a login at the school's page.",
  }),
}

const passwordExample = { stu_id: '4141901001', stu_pwd: 'demo-pass-1' }
const ticketExample = { ticket: 'q83v0kAH…' }

/** A body that takes these fields together with whatever proves a student at this school. */
export function bodyWithEvidence<T extends Record<string, ReturnType<typeof Type.String>>>(
  kind: ProofKind,
  fields: T,
  example: Record<string, string>,
) {
  return kind === 'ticket'
    ? Type.Object({ ...fields, ...TicketEvidence }, { examples: [{ ...example, ...ticketExample }] })
    : Type.Object({ ...fields, ...PasswordEvidence }, { examples: [{ ...example, ...passwordExample }] })
}

export const Challenge = Type.Object(
  {
    challenge: Type.String({ description: 'To be sent along with the answer.' }),
    image: Type.String({ description: 'The captcha, as a data URL.' }),
    expiration: Type.Integer({ description: 'Lifetime in seconds.' }),
  },
  {
    description: 'A captcha to read.',
    examples: [{ challenge: 'k2Jx…', image: 'data:image/jpeg;base64,/9j/…', expiration: 120 }],
  },
)

export const Ticket = Type.Object(
  { ticket: Type.String(), expiration: Type.Integer({ description: 'Lifetime in seconds.' }) },
  { description: 'Proof of a login at the school, for one use.', examples: [{ ticket: 'q83v0kAH…', expiration: 600 }] },
)
