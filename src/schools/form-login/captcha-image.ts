import { looksLikeHtml, pageText } from '../school-call/page-text.ts'
import { SchoolError } from '../school-call/school-error.ts'

const signatures: readonly (readonly [mediaType: string, signature: string])[] = [
  ['image/jpeg', '\xFF\xD8\xFF'],
  ['image/png', '\x89PNG'],
  ['image/gif', 'GIF8'],
  ['image/bmp', 'BM'],
]

/**
 * Detects the type of the image from its first bytes, because the content types that these systems send are
 * unreliable.
 */
export function imageType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('latin1')
  return signatures.find(([, signature]) => start.startsWith(signature))?.[0]
}

/** @throws SchoolError if the school sent a page instead of the image */
export function refusePage(bytes: Uint8Array, call: string): void {
  if (imageType(bytes) === undefined && looksLikeHtml(pageText(bytes, ''))) {
    throw new SchoolError('maintenance', `${call}: a page instead of the captcha`)
  }
}
