import { shallowRef } from 'vue'
import { api, ask } from '../api/client.ts'
import type { components } from '../api/schema.d.ts'
import { getPreference, setPreference } from '../storage/preferences.ts'

export type ServiceInfo = components['schemas']['Service']

const preferenceName = 'service'
const defaultInfo: ServiceInfo = {
  name: '',
  version: '',
  timezone: 'Asia/Shanghai',
  server_time: '',
  school: { kind: 'password', captcha: 'read' },
  streak_minutes: 15,
  terms: [],
  student_number: { pattern: '[0-9]{9,10}', hint: '' },
}

/** What a client must know of this service before anyone signs in; the last answer, while there is no network. */
export const service = shallowRef<ServiceInfo>(readStoredInfo())

export async function loadServiceInfo(): Promise<void> {
  const result = await ask(api.GET('/api/v1.0/service'))
  if (!result.ok) return
  service.value = { ...defaultInfo, ...result.data }
  setPreference(preferenceName, JSON.stringify(result.data))
}

function readStoredInfo(): ServiceInfo {
  try {
    return { ...defaultInfo, ...JSON.parse(getPreference(preferenceName) ?? '{}') }
  } catch {
    return defaultInfo
  }
}
