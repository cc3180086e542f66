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

/** Another process that holds SQLite's write lock until it is told to release it. In this process it would share, and drop, our locks. */
export async function holdWriteLock(file: string): Promise<{ release(): Promise<void> }> {
  const child = spawn(process.execPath, ['-e', program, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const held = await Promise.race([once(child.stdout, 'data'), exit.then(() => undefined)])
  if (held === undefined) throw new Error('the lock was not to be had')
  const release = async () => {
    child.stdin.end()
    await exit
  }
  return { release }
}
