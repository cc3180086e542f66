import { posix } from 'node:path'

export interface SourceImport {
  /** 1-based. */
  line: number
  /** Below `src`, such as `http/links.ts`, or a package as written. */
  target: string
  local: boolean
}

const statement =
  /^[ \t]*(?:import|export)\b[^'";]*?\bfrom\s*['"](?<from>[^'"]+)['"]|^[ \t]*import\s*['"](?<bare>[^'"]+)['"]|\bimport\(\s*['"](?<called>[^'"]+)['"]/gm

/** What a file (its path below `src`) imports and re-exports, statically and dynamically. */
export function importsOf(file: string, text: string): SourceImport[] {
  return [...text.matchAll(statement)].map((match) => {
    const { from, bare, called } = match.groups ?? {}
    const specifier = from ?? bare ?? called ?? ''
    const local = specifier.startsWith('.')
    return {
      line: text.slice(0, match.index).split('\n').length,
      target: local ? posix.normalize(posix.join(posix.dirname(file), specifier)) : specifier,
      local,
    }
  })
}
