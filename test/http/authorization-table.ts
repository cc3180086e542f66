/** The expected response: a status, or 200 with the target's record in the body (`shown`) or without it (`withheld`). */
export type Answer = number | 'shown' | 'withheld'

/** The kinds of credentials. Those of `strangers` are invalid. */
export const members = [
  'owner',
  'owner, by a token as the user name',
  'owner, by password',
  'owner, by session',
  'other',
  'hidden owner',
  'other, of a hidden owner',
] as const
export const strangers = [
  'nobody',
  'wrong password',
  'deleted, by token',
  'deleted, by password',
  'expired token',
  'revoked token',
  'token of another secret',
  'expired session',
  'revoked session',
] as const
export type Caller = (typeof members)[number] | (typeof strangers)[number]

export interface Row {
  answers: Record<Caller, Answer>
  json?: object
  query?: string
}

/** By method and path, as in the document. Bodies that would end an account lack something, so a 400 means that access was granted. */
export const table: Record<string, Row> = {
  'POST /register': { answers: open(400), json: {} },
  'POST /recover': { answers: open(400), json: {} },
  'POST /register/challenge': { answers: open(200) },
  'GET /service': { answers: open(200) },
  'POST /session': { answers: open(400), json: {} },
  'DELETE /session': { answers: open(204) },
  'GET /session': { answers: known(200) },
  'GET /users/me/sessions': { answers: known(200) },
  'DELETE /users/me/sessions': { answers: known(204) },
  'DELETE /users/me/sessions/{session_id}': {
    answers: known(204, { other: 404, 'other, of a hidden owner': 404 }),
  },
  'GET /users/me': { answers: known(200) },
  'PUT /users/me': { answers: known(400), json: {} },
  'DELETE /users/me': { answers: known(400), json: {} },
  'GET /users/{user_id}': { answers: known(200) },
  'GET /users/me/settings': { answers: known(200) },
  'PUT /users/me/settings': { answers: known(200), json: {} },
  'GET /users/me/export': { answers: known('shown', { other: 'withheld', 'other, of a hidden owner': 'withheld' }) },
  'GET /token': { answers: known(401, { 'owner, by password': 200 }) },
  // The school refuses the number, which means that access was granted.
  'POST /users/me/student-number': {
    answers: known(401, { 'owner, by password': 400, 'owner, by session': 400 }),
    json: { stu_id: '1234567890', stu_pwd: 'not known to the school', password: 'a quiet reading room' },
  },
  'POST /studys/': { answers: known(201) },
  'GET /users/me/studys': {
    answers: known('shown', { other: 'withheld', 'other, of a hidden owner': 'withheld' }),
    query: '?order=desc',
  },
  'POST /studys/running/heartbeat': { answers: known(204) },
  'GET /studys/running': { answers: known(200) },
  'PUT /studys/running': { answers: known(200) },
  'GET /studys': {
    answers: known('shown', { 'hidden owner': 'withheld', 'other, of a hidden owner': 'withheld' }),
    query: '?order=desc&per_page=100',
  },
  'GET /users/{user_id}/studys/': {
    answers: known('shown', { 'other, of a hidden owner': 'withheld' }),
    query: '?order=desc',
  },
  'PUT /studys/{study_id}': { answers: ofOwner(200) },
  'GET /studys/{study_id}': { answers: known('shown', { 'other, of a hidden owner': 404 }) },
  'POST /studys/batch': { answers: known(200), json: { items: [] } },
  'GET /users/me/changes': { answers: known(200) },
  'PATCH /studys/{study_id}': { answers: ofOwner(200), json: { note: 'read' } },
  'DELETE /studys/{study_id}': { answers: ofOwner(204) },
  'GET /leaderboards/{period}': { answers: known(200) },
  'GET /live': { answers: known(200) },
  'GET /live/students': { answers: known(200), query: '?order=desc' },
  'GET /users/{user_id}/statistics': { answers: known(200, { 'other, of a hidden owner': 404 }) },
  'GET /users/me/ledger': { answers: known(200) },
}

/** In the document only if the school has its own login page. */
export const casTable: Record<string, Row> = {
  'GET /register/cas': { answers: open(302) },
  'GET /register/cas/callback': { answers: open(400) },
}

function open(answer: Answer): Record<Caller, Answer> {
  return Object.fromEntries([...members, ...strangers].map((caller) => [caller, answer])) as Record<Caller, Answer>
}

function known(answer: Answer, others: Partial<Record<Caller, Answer>> = {}): Record<Caller, Answer> {
  const refused = Object.fromEntries(strangers.map((caller) => [caller, 401]))
  return { ...open(answer), ...refused, ...others }
}

function ofOwner(answer: Answer): Record<Caller, Answer> {
  return known(answer, { other: 403, 'other, of a hidden owner': 404 })
}
