import { errorResponses } from '../http/document/api-schemas.ts'
import type { ObjectSchema, Routes } from '../http/document/json-schema.ts'
import { languageOf } from '../http/errors/language.ts'
import { toWireTime, WireTime } from '../http/wire-time.ts'
import type { StudentVerifier } from '../schools/verifier.ts'
import { dayText, type Term } from '../shared/campus-calendar.ts'
import type { Clock } from '../shared/clock.ts'
import type { StudentNumberForm } from '../shared/student-number-form.ts'
import { studentNumberHint } from './student-number-hint.ts'
import type { ProofKind } from './verification/verification-input.ts'

export interface ServiceRoutesOptions {
  version: string
  clock: Clock
  verifier: Pick<StudentVerifier, 'captchaMode' | 'issueChallenge'>
  proofKind: ProofKind
  settings: { timezone: string; streakMinutes: number; terms: readonly Term[]; studentNumber: StudentNumberForm }
}

const School = {
  title: 'School',
  type: 'object',
  required: ['kind', 'captcha'],
  properties: {
    kind: {
      type: 'string',
      enum: ['password', 'cas'],
      description:
        '`password`：在本服务输入学校的密码；`cas`：到学校的登录页登录（`GET /register/cas`） · `password`: students enter the school’s password here; `cas`: on the school’s own page (`GET /register/cas`)',
    },
    captcha: {
      type: ['string', 'null'],
      enum: ['read', 'ask', null],
      description:
        '`ask`：学生要辨认验证码（`POST /register/challenge`）；`read`：由服务识别；`null`：没有验证码 · `ask`: the student reads it (`POST /register/challenge`); `read`: the service reads it; `null`: there is no captcha',
    },
  },
  description: '学校 · The school',
} as const satisfies ObjectSchema

const TermAnswer = {
  title: 'Term',
  type: 'object',
  required: ['name', 'from', 'to'],
  properties: {
    name: { type: 'string', description: '学期的名称 · Name of the term' },
    from: { type: 'string', description: '第一天 · First day' },
    to: { type: 'string', description: '最后一天 · Last day' },
  },
  description: '学期 · A term',
} as const satisfies ObjectSchema

const StudentNumber = {
  title: 'StudentNumberForm',
  type: 'object',
  required: ['pattern', 'hint'],
  properties: {
    pattern: {
      type: 'string',
      description: '匹配整个学号的正则表达式 · Regular expression for the whole student number',
    },
    hint: { type: 'string', description: '给用户看的说明 · Description for people' },
  },
  description: '学号的格式 · Format of student numbers',
} as const satisfies ObjectSchema

const Service = {
  title: 'Service',
  type: 'object',
  required: [...['name', 'version', 'timezone', 'server_time', 'school', 'streak_minutes', 'terms', 'student_number']],
  properties: {
    name: { type: 'string', description: '名称 · Name' },
    version: { type: 'string', description: '版本 · Version' },
    timezone: { type: 'string', description: '校园的时区 · Time zone of the campus' },
    server_time: { ...WireTime, description: '服务器时间（UTC） · Server time, UTC' },
    school: School,
    streak_minutes: {
      type: 'number',
      description: '一天学习多少分钟才计入连续天数 · Minimum minutes of study for a day to count for a streak',
    },
    terms: { type: 'array', items: TermAnswer, description: '学期，按时间先后 · Terms, in order' },
    student_number: StudentNumber,
  },
  description: '客户端在登录之前要知道的 · What a client must know before anyone signs in',
  examples: [
    {
      name: '占领图书馆',
      version: '1.1.0',
      timezone: 'Asia/Shanghai',
      server_time: '2026-11-26 08:00:00',
      school: { kind: 'password', captcha: 'read' },
      streak_minutes: 15,
      terms: [{ name: '2026秋', from: '2026-09-01', to: '2027-01-15' }],
      student_number: { pattern: '[0-9]{9,10}', hint: '9 到 10 位数字' },
    },
  ],
} as const satisfies ObjectSchema

const schema = {
  operationId: 'getService',
  summary: '关于本服务 · About this service',
  tags: ['users'],
  security: [],
  response: { 200: Service, ...errorResponses('bad-host') },
} as const

/** Open to anyone. */
export const serviceRoutes: Routes<ServiceRoutesOptions> = async (app, options) => {
  const { version, clock, verifier, proofKind, settings } = options
  const { timezone, streakMinutes, studentNumber } = settings
  const terms = settings.terms.map(({ name, first, last }) => ({ name, from: dayText(first), to: dayText(last) }))
  const kind = proofKind === 'ticket' ? ('cas' as const) : ('password' as const)
  const captcha = () => (verifier.issueChallenge ? (verifier.captchaMode?.() ?? 'read') : null)

  app.get('/service', { schema }, (request, reply) => {
    const language = languageOf(request.headers['accept-language'])
    reply.headers({ 'content-language': language, vary: 'Accept-Language' })
    return {
      name: language === 'en' ? 'Occupy the Library' : '占领图书馆',
      version,
      timezone,
      server_time: toWireTime(clock.now()),
      school: { kind, captcha: captcha() },
      streak_minutes: streakMinutes,
      terms,
      student_number: { pattern: studentNumber.pattern, hint: studentNumberHint(studentNumber.pattern, language) },
    }
  })
}
