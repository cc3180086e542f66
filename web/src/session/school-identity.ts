import { computed, type ComputedRef, onScopeDispose, reactive, ref, type Ref } from 'vue'
import { api, ask } from '../api/client.ts'
import type { Refusal } from '../api/result.ts'
import { service } from './service-info.ts'

export interface SchoolIdentity {
  /** The password of the school's system: it lives in this page until it is sent, and nowhere else. */
  fields: { stu_id: string; stu_pwd: string; captcha: string }
  /** From the school's own login page. */
  ticket: Ref<string | undefined>
  image: Ref<string | undefined>
  imageRefusal: Ref<Refusal | undefined>
  isCas: ComputedRef<boolean>
  wantsCaptcha: ComputedRef<boolean>
  fetchCaptcha(): Promise<void>
  /** What the body of a registration needs of it. */
  proof(): { ticket: string } | { stu_id: string; stu_pwd: string; challenge?: string; captcha?: string }
}

/** How a student shows that the school knows them, in whichever way this school has. */
export function useSchoolIdentity(): SchoolIdentity {
  const fields = reactive({ stu_id: '', stu_pwd: '', captcha: '' })
  const ticket = ref(takeTicket())
  const challenge = ref<string>()
  const image = ref<string>()
  const imageRefusal = ref<Refusal>()
  const isCas = computed(() => service.value.school.kind === 'cas')
  const wantsCaptcha = computed(() => service.value.school.captcha === 'ask')

  async function fetchCaptcha(): Promise<void> {
    fields.captcha = ''
    const result = await ask(api.POST('/api/v1.0/register/challenge'))
    imageRefusal.value = result.ok ? undefined : result.refusal
    challenge.value = result.ok ? result.data.challenge : undefined
    image.value = result.ok ? result.data.image : undefined
  }

  function proof() {
    if (ticket.value !== undefined) return { ticket: ticket.value }
    const { stu_id, stu_pwd, captcha } = fields
    return challenge.value === undefined ? { stu_id, stu_pwd } : { stu_id, stu_pwd, captcha, challenge: challenge.value }
  }

  onScopeDispose(() => {
    fields.stu_pwd = ''
  })
  return { fields, ticket, image, imageRefusal, isCas, wantsCaptcha, fetchCaptcha, proof }
}

/** The school's login page leads back here with the ticket behind a #, which no server is told. It leaves the address at once. */
function takeTicket(): string | undefined {
  const ticket = new URLSearchParams(location.hash.slice(1)).get('ticket')
  if (ticket === null) return undefined
  history.replaceState(history.state, '', location.pathname + location.search)
  return ticket
}
