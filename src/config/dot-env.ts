import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { distance } from 'fastest-levenshtein'
import { ConfigError, type Environment, settingNames } from './config.ts'

/**
 * Adds the settings of the file `path` to `env`, whose own variables take precedence. Does nothing if the file does not exist.
 * @throws ConfigError if the file cannot be read, or contains a name that looks like a misspelt setting
 */
export function loadDotEnv(path: string, env: Environment): void {
  const text = readIfExists(path)
  if (text === undefined) return
  const variables = parseEnv(text)
  const misspelt = Object.keys(variables).flatMap(describeMisspelling)
  if (misspelt.length > 0) throw new ConfigError(`${path}: ${misspelt.join('; ')}`)
  for (const [name, value] of Object.entries(variables)) env[name] ??= value
}

function readIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new ConfigError(`${path} cannot be read: ${message}`)
  }
}

/** A misspelt name would silently leave its setting at the default: with SCHOL=kingosoft, the school is the simulated one. */
function describeMisspelling(name: string): string[] {
  if ((settingNames as readonly string[]).includes(name)) return []
  const meant = settingNames.find((known) => isNear(name.toUpperCase(), known))
  return meant === undefined ? [] : [`unknown name ${name}, did you mean ${meant}?`]
}

function isNear(name: string, known: string): boolean {
  return distance(name, known) <= (known.length > 5 ? 2 : 1) || sortLetters(name) === sortLetters(known)
}

function sortLetters(text: string): string {
  return [...text].sort().join('')
}
