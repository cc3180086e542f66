import { parseArgs } from 'node:util'
import { fuzzService } from './fuzzed-service.ts'

/** `npm run test:fuzz [REQUESTS] [SEED]`: the long version of fuzz.test.ts, on SQLite, or on the server in TEST_POSTGRES_URL. */
const { positionals } = parseArgs({ allowPositionals: true })
const [requests = 100_000, seed = Date.now() % 2 ** 31] = positionals.map(Number)
if (!Number.isSafeInteger(requests) || requests < 1 || !Number.isSafeInteger(seed)) {
  console.error('usage: npm run test:fuzz [REQUESTS] [SEED]')
  process.exit(2)
}
console.log(`seed ${seed}`)
const counts = await fuzzService(requests, seed)
for (const [status, count] of [...counts].sort()) console.log(`${status}: ${count}`)
console.log(`${requests} requests, every response matches the document`)
