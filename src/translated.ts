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
 * A start without NODE_COMPILE_CACHE has read this process' first file as TypeScript: it begins anew under the cache, which costs less than
 * the translator. Returns where that is not so, or cannot be.
 */
export function beginCached(folder: string, env: NodeJS.ProcessEnv): void {
  const isSettled = env.NODE_COMPILE_CACHE !== undefined || env.NODE_DISABLE_COMPILE_CACHE !== undefined
  if (!isSettled && canBeginAnew()) beginAnew({ ...env, NODE_COMPILE_CACHE: folder })
}

/**
 * Node's translator of TypeScript, once loaded, stays with its 28 MiB. Where it was needed (the first start after an update), this process
 * begins anew without it. Does nothing where no cache is kept, and never twice.
 */
export async function beginTranslated(env: NodeJS.ProcessEnv): Promise<void> {
  const isTranslator = (name: string) => name.includes('internal/deps/amaro')
  const { moduleLoadList = [] } = process as { moduleLoadList?: string[] }
  const isNeeded = moduleLoadList.some(isTranslator) && getCompileCacheDir() !== undefined
  if (!isNeeded || env[mark] || !canBeginAnew()) return
  await translateAll()
  beginAnew({ ...env, [mark]: 'yes' })
}

/** Not a process that was made to talk with another. */
function canBeginAnew(): boolean {
  return process.send === undefined && process.execve !== undefined
}

function beginAnew(env: NodeJS.ProcessEnv): void {
  process.execve?.(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], env)
}
