import { spawn } from 'node:child_process'
import { once } from 'node:events'

const program = `
const { DatabaseSync } = require('node:sqlite')
const database = new DatabaseSync(process.argv[1])
database.exec('pragma busy_timeout = 10000')
database.exec('begin immediate')
console.log('held')
process.stdin.resume().once('end', () => {
  database.exec('rollback')
  database.close()
})
`

/**
 * Starts a process that holds SQLite's write lock until it is released. In the test's own process, the lock would be shared with
 * the service, and closing the file would drop the service's locks.
 */
export async function holdWriteLock(file: string): Promise<{ release(): Promise<void> }> {
  const child = spawn(process.execPath, ['-e', program, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const held = await Promise.race([once(child.stdout, 'data'), exit.then(() => undefined)])
  if (held === undefined) throw new Error('the lock was not acquired')
  const release = async () => {
    child.stdin.end()
    await exit
  }
  return { release }
}
