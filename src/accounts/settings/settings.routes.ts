import { bodyRefusals, errorResponses } from '../../http/document/api-schemas.ts'
import type { Routes } from '../../http/document/json-schema.ts'
import { invalidParameter } from '../../http/errors/invalid-parameter.ts'
import { andThen } from '../../shared/maybe-promise.ts'
import type { AccountSettings } from '../account.ts'
import { presentSettings, Settings, SettingsBody } from './settings.schemas.ts'
import type { SettingsService } from './settings.service.ts'

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
