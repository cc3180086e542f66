import { EqualityFilter, FilterParser } from 'ldapts'

const placeholder = '{studentNumber}'

export type StudentFilter = (studentNumber: string) => ReturnType<typeof FilterParser.parseString>

/**
 * A search filter (RFC 4515) for one student, such as `(&(objectClass=person)(uid={studentNumber}))`. The characters
 * of a number are escaped and match literally.
 * @throws Error for an invalid template
 */
export function studentFilter(template: string): StudentFilter {
  if (!template.includes(placeholder)) throw new Error(`The filter has to hold ${placeholder}`)
  const fill = (studentNumber: string) =>
    FilterParser.parseString(template.replaceAll(placeholder, () => EqualityFilter.escape(studentNumber)))
  fill('0')
  return fill
}
