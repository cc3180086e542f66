import type { ObjectSchema } from '../../http/document/json-schema.ts'
import { type AccountSettings, visibilities } from '../account.ts'

const properties = {
  visibility: {
    type: 'string',
    enum: visibilities,
    description: `\`everyone\`：所有人可见（默认）；\`ranked_anonymously\`：排行榜上不显示用户名；\`only_me\`：学习记录只有自己可见 · \`everyone\` (default): everyone can see the records; \`ranked_anonymously\`: leaderboards do not show the user name; \`only_me\`: only the owner can see the records`,
  },
  daily_goal_minutes: {
    type: ['integer', 'null'],
    minimum: 1,
    maximum: 1440,
    description: '每日目标（分钟），没有则为 `null` · Daily goal in minutes, or `null`',
  },
} as const

export const Settings = {
  title: 'Settings',
  type: 'object',
  required: ['visibility', 'daily_goal_minutes'],
  properties,
  description: '账号的设置 · Settings of the account',
  examples: [{ visibility: 'everyone', daily_goal_minutes: 120 }],
} as const satisfies ObjectSchema

export const SettingsBody = {
  title: 'SettingsChange',
  type: 'object',
  properties,
  description: '没有给出的设置不变 · Settings that are not given stay unchanged',
  examples: [{ visibility: 'everyone', daily_goal_minutes: 120 }],
} as const satisfies ObjectSchema

export function presentSettings({ visibility, dailyGoalMinutes }: AccountSettings) {
  return { visibility, daily_goal_minutes: dailyGoalMinutes ?? null }
}
