import type { EpochSeconds } from '../shared/clock.ts'

const maxLineBytes = 75

/** One line of a calendar (RFC 5545, 3.1), folded at 75 octets, between characters. */
export function contentLine(name: string, value: string): string {
  const parts: string[] = []
  let [part, octets] = ['', 0]
  for (const character of `${name}:${value}`) {
    const size = Buffer.byteLength(character)
    if (octets + size > maxLineBytes) {
      parts.push(part)
      // The space at the beginning of a continued line counts as well.
      ;[part, octets] = ['', 1]
    }
    part += character
    octets += size
  }
  return `${[...parts, part].join('\r\n ')}\r\n`
}

/** A value of the type TEXT (RFC 5545, 3.3.11). */
export function escapedText(text: string): string {
  return text.replaceAll(/[\\;,]/g, '\\$&').replaceAll(/\r\n?|\n/g, '\\n')
}

/** A value of the type DATE-TIME, in UTC: `20170325T115547Z`. */
export function utcTime(at: EpochSeconds): string {
  return `${new Date(at * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}
