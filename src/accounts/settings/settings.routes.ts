import { bodyRefusals, errorResponses } from '../../http/document/api-schemas.ts'
import type { ObjectSchema, Routes } from '../../http/document/json-schema.ts'
import { invalidParameter } from '../../http/errors/invalid-parameter.ts'
import { andThen } from '../../shared/maybe-promise.ts'
import { type AccountSettings, visibilities } from '../account.ts'
import type { SettingsService } from './settings.service.ts'

const properties = {
  visibility: {
    type: 'string',
    enum: visibilities,
    description: `\`everyone\`：所有人可见（默认）；\`ranked_anonymously\`：排行榜上不显示用户名；\`only_me\`：学习记录只有自己可见 · \`everyone\` (default): all see the records; \`ranked_anonymously\`: boards do not name the student; \`only_me\`: nobody else sees the records`,
  },
  daily_goal_minutes: {
    type: ['integer', 'null'],
    minimum: 1,
    maximum: 1440,
    description: '每日目标（分钟），没有则为 `null` · Goal of a day, in minutes, or `null`',
  },
} as const

const Settings = {
  title: 'Settings',
  type: 'object',
  required: ['visibility', 'daily_goal_minutes'],
  properties,
  description: '账号的设置 · Settings of the account',
  examples: [{ visibility: 'everyone', daily_goal_minutes: 120 }],
} as const satisfies ObjectSchema

const SettingsBody = {
  title: 'SettingsChange',
  type: 'object',
  properties,
  description: '没有给出的设置不变 · What is not given stays',
  examples: [{ visibility: 'everyone', daily_goal_minutes: 120 }],
} as const satisfies ObjectSchema

const reading = {
  operationId: 'getSettings',
  summary: '查看设置 · Own settings',
  tags: ['users'],
  response: { 200: Settings, ...errorResponses('unauthorized') },
}

const changing = {
  operationId: 'changeSettings',
  summary: '修改设置 · Change own settings',
  tags: ['users'],
  body: SettingsBody,
  response: { 200: Settings, ...errorResponses(...bodyRefusals, 'bad-setting', 'unauthorized') },
}

export const settingsRoutes: Routes<{ settings: SettingsService }> = async (app, { settings }) => {
  app.get('/users/me/settings', { schema: reading }, ({ identity }) =>
    andThen(settings.getSettings(identity.accountId), presentSettings),
  )

  app.put(
    '/users/me/settings',
    { schemaErrorFormatter: invalidParameter('bad-setting'), schema: changing },
    async ({ identity, body }, reply) => {
      const { visibility, daily_goal_minutes: goal } = body
      const wanted: Partial<AccountSettings> = {
        ...(visibility === undefined ? {} : { visibility }),
        ...(goal === undefined ? {} : { dailyGoalMinutes: goal ?? undefined }),
      }
      return reply.answerOnce(
        (write) => settings.changeSettings(identity.accountId, wanted, write),
        (changed) => ({ body: presentSettings(changed) }),
      )
    },
  )
}

function presentSettings({ visibility, dailyGoalMinutes }: AccountSettings) {
  return { visibility, daily_goal_minutes: dailyGoalMinutes ?? null }
}
