/** Longer texts are not student numbers at any school, and are not matched. */
const maxChars = 64

export const defaultPattern = '[0-9]{9,10}'

/** The form of the school's student numbers (`STUDENT_NUMBER`). */
export interface StudentNumberForm {
  /** A regular expression that the whole text must match. */
  readonly pattern: string
  matches(text: string): boolean
}

/** @throws SyntaxError if the pattern is not a regular expression */
export function studentNumberForm(pattern = defaultPattern): StudentNumberForm {
  // Alone first: a pattern that closes the group and opens another one would not apply to the whole text.
  new RegExp(pattern, 'u')
  const whole = new RegExp(`^(?:${pattern})$`, 'u')
  return { pattern, matches: (text) => text.length <= maxChars && whole.test(text) }
}
