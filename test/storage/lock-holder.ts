import { lockExclusive, lockShared } from '../../src/storage/sqlite/database-lock.ts'

/** Takes a lock on `PATH`, prints a line, and holds the lock until it is killed: `lock-holder.ts shared|exclusive PATH`. */
const [kind, path = ''] = process.argv.slice(2)
const { alone } = await (kind === 'exclusive' ? lockExclusive(path) : lockShared(path))
console.log(alone ? 'alone' : 'not alone')
setInterval(() => undefined, 60_000)
