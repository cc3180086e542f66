import { type ComputedRef, computed, onScopeDispose, type Ref, reactive, ref } from 'vue'
import { api, ask } from '../api/client.ts'
import type { Refusal } from '../api/result.ts'
import { type CasReturn, takeCasReturn } from './cas-return.ts'
import { loadServiceInfo, service } from './service-info.ts'

/** What the body of a request needs for the school's word. */
export type VerificationInput =
  | { ticket: string }
  | { stu_id: string; stu_pwd: string; challenge?: string; captcha?: string }
/** The place in the line before the school, where there is one. */
export type WaitingHeader = { 'waiting-place'?: string }

export interface SchoolVerification {
  /** The password of the school's system: it lives in this page until it is sent, and nowhere else. */
  fields: { stu_id: string; stu_pwd: string; captcha: string }
  /** From the school's own login page. */
  ticket: Ref<string | undefined>
  /** What came of the school's own login page, where the student comes from there. */
  returned: CasReturn | undefined
  image: Ref<string | undefined>
  imageRefusal: Ref<Refusal | undefined>
  isCas: ComputedRef<boolean>
  wantsCaptcha: ComputedRef<boolean>
  fetchCaptcha(): Promise<void>
  /** After a refusal: a captcha is good for one try, and the service may want one from now on. */
  renew(refusal: Refusal): void
  proof(): VerificationInput
}

/** How a student shows that the school knows them, in whichever way this school has. */
export function useSchoolVerification(): SchoolVerification {
  const fields = reactive({ stu_id: '', stu_pwd: '', captcha: '' })
  const returned = takeCasReturn()
  const ticket = ref(returned?.ticket)
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

  function renew({ status, place }: Refusal): void {
    if (place !== undefined) return
    if (challenge.value !== undefined) void fetchCaptcha()
    else if (status >= 500) void loadServiceInfo()
  }

  function proof(): VerificationInput {
    if (ticket.value !== undefined) return { ticket: ticket.value }
    const { stu_id, stu_pwd, captcha } = fields
    return challenge.value === undefined
      ? { stu_id, stu_pwd }
      : { stu_id, stu_pwd, captcha, challenge: challenge.value }
  }

  onScopeDispose(() => {
    fields.stu_pwd = ''
  })
  return { fields, ticket, returned, image, imageRefusal, isCas, wantsCaptcha, fetchCaptcha, renew, proof }
}
