import { posix } from 'node:path'
import { layers } from './layers.ts'
import { exceptions, type Role, roles } from './roles.ts'
import { importsOf, type SourceImport } from './source-imports.ts'

/** The violations in one file, one line each, starting with `src/FILE:LINE`. */
export function faultsOf(file: string, text: string): string[] {
  const imports = importsOf(file, text).filter(({ target }) => exceptions[file]?.imports !== target)
  return [...folderFaults(file, imports), ...roles.flatMap((role) => roleFaults(role, file, text, imports))]
}

function folderFaults(file: string, imports: readonly SourceImport[]): string[] {
  const place = folderOf(file)
  const allowed = layers[place]
  if (allowed === undefined) return [`src/${file}:1 is in a folder that the table of layers does not contain`]
  return imports
    .filter(({ local, target }) => local && folderOf(target) !== place && !allowed.some((one) => covers(one, target)))
    .map(({ line, target }) => `src/${file}:${line} imports ${target}: ${place} may not`)
}

function roleFaults(role: Role, file: string, text: string, imports: readonly SourceImport[]): string[] {
  if (!role.files.test(file)) return []
  const { forbids, forbidsText, because } = role
  const imported = imports
    .filter(({ target }) => forbids?.test(target))
    .map(({ line, target }) => `src/${file}:${line} imports ${target}: ${because}`)
  const said = text
    .split('\n')
    .flatMap((words, at) => (forbidsText?.test(words) ? [`src/${file}:${at + 1} ${words.trim()}: ${because}`] : []))
  return [...imported, ...said]
}

/** The most specific entry of the table that covers the file, or its folder below `src`. */
function folderOf(path: string): string {
  const places = Object.keys(layers).filter((place) => covers(place, path))
  return places.sort((one, other) => other.length - one.length)[0] ?? path.split('/')[0] ?? path
}

function covers(allowed: string, target: string): boolean {
  return allowed.includes('*')
    ? posix.matchesGlob(target, allowed)
    : target === allowed || target.startsWith(`${allowed}/`)
}
