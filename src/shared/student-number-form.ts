/** Longer texts are no student number at any school, and are not matched. */
const longest = 64

export const defaultPattern = '[0-9]{9,10}'

/** The form of the school's student numbers (`STUDENT_NUMBER`). */
export interface StudentNumberForm {
  /** A regular expression for the whole text. */
  readonly pattern: string
  matches(text: string): boolean
}

/** @throws SyntaxError for a pattern that is none */
export function studentNumberForm(pattern = defaultPattern): StudentNumberForm {
  // By itself first: what closes the group and opens another would not be for the whole text.
  new RegExp(pattern, 'u')
  const whole = new RegExp(`^(?:${pattern})$`, 'u')
  return { pattern, matches: (text) => text.length <= longest && whole.test(text) }
}
