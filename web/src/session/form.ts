import { nextTick, type Ref, ref } from 'vue'

type Fields = Readonly<Record<string, string>>

/**
 * Submits a form once none of its fields is empty. `missing` has the names of those that are: the form reports them itself,
 * because browsers do so in their own language.
 */
export function useForm(form: Readonly<Ref<HTMLElement | null>>, fields: () => Fields, run: () => Promise<void>) {
  const missing = ref<ReadonlySet<string>>(new Set())

  async function submit(): Promise<void> {
    const values = fields()
    missing.value = new Set(Object.keys(values).filter((name) => values[name] === ''))
    if (missing.value.size === 0) await run()
    await focusFirstInvalid(form)
  }

  return { missing, submit }
}

/** Focuses the first invalid field after the next update of the page. */
export async function focusFirstInvalid(form: Readonly<Ref<HTMLElement | null>>): Promise<void> {
  await nextTick()
  form.value?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
}
