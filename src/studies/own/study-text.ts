import { DomainError } from '../../shared/errors.ts'
import { characters, hasInvisible } from '../../shared/visible-text.ts'

/** In Unicode characters. */
export const maxSubjectChars = 40
export const maxNoteChars = 500

/**
 * A subject or a note in the form in which it is stored: NFC, no spaces at the ends, lines of a note separated by `\n`.
 * Undefined stays undefined; `null` and blank text become `null`.
 * @throws DomainError `subject-malformed`, `note-malformed`
 */
export function keptSubject(text: string | null | undefined): string | null | undefined {
  const kept = normal(text)
  if (kept && (characters(kept) > maxSubjectChars || hasInvisible(kept))) throw new DomainError('subject-malformed')
  return kept
}

export function keptNote(text: string | null | undefined): string | null | undefined {
  const kept = normal(text?.replace(/\r\n?/g, '\n') ?? text)
  if (kept && (characters(kept) > maxNoteChars || kept.split('\n').some(hasInvisible)))
    throw new DomainError('note-malformed')
  return kept
}

function normal(text: string | null | undefined): string | null | undefined {
  return text ? text.normalize('NFC').trim() || null : text === '' ? null : text
}
