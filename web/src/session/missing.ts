/** Names of the fields that are still empty. A form says so itself, since the browser's own bubbles speak the browser's language. */
export function missingIn(fields: Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set(Object.keys(fields).filter((name) => fields[name] === ''))
}

/** Where the student goes on. */
export function focusFirstFault(form: HTMLElement): void {
  form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
}
