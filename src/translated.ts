import { glob } from 'node:fs/promises'
import { flushCompileCache, getCompileCacheDir } from 'node:module'
import { join } from 'node:path'

const mark = 'OCCUPY_TRANSLATED'

/** Every file of the service, so that the compile cache holds it as JavaScript. `npm ci` does so at its end. */
export async function translateAll(): Promise<void> {
  for await (const file of glob('**/*.ts', { cwd: import.meta.dirname })) {
    if (file !== 'main.ts' && !file.endsWith('.test.ts')) await import(join(import.meta.dirname, file))
  }
  flushCompileCache()
}

/**
 * Node's translator of TypeScript, once loaded, stays with its 28 MiB. Where it was needed (the first start after an update), this process
 * begins anew without it. Does nothing where no cache is kept, and never twice.
 */
export async function beginTranslated(env: NodeJS.ProcessEnv): Promise<void> {
  const isTranslator = (name: string) => name.includes('internal/deps/amaro')
  const { moduleLoadList = [] } = process as { moduleLoadList?: string[] }
  const isNeeded = moduleLoadList.some(isTranslator) && getCompileCacheDir() !== undefined
  if (!isNeeded || env[mark] || process.send || !process.execve) return
  await translateAll()
  const words = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  process.execve(process.execPath, words, { ...env, [mark]: 'yes' })
}
