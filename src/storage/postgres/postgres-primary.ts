import { setTimeout } from 'node:timers/promises'
import { isUnreachable } from '../constraint-errors.ts'
import { connectTo, DatabaseLostError, type PostgresConnection } from './postgres-connection.ts'
import type { PostgresAddress } from './postgres-hosts.ts'

/** For all servers together, not for each. */
const connectLimitMs = 1800
/** How long to wait for a server before trying the next one in parallel. */
const headStartMs = 300

/**
 * Connects to the server that accepts writes, whichever of the list that is now. The server found last is tried first,
 * and each of the others as soon as those before it have failed or are slow. Takes at most 1.8 seconds.
 * @throws DatabaseLostError, or the error of a single server
 */
export function primaryFinder(addresses: readonly PostgresAddress[]): () => Promise<PostgresConnection> {
  let order = [...addresses]

  return async () => {
    const found = new AbortController()
    const signal = AbortSignal.any([found.signal, AbortSignal.timeout(connectLimitMs)])
    const asked = order
    const attempts: Promise<PostgresConnection>[] = []
    for (const address of asked) attempts.push(attempt(address, attempts.at(-1)))
    try {
      return await Promise.any(attempts)
    } catch (error) {
      throw summaryOf((error as AggregateError).errors, asked)
    } finally {
      found.abort()
    }

    async function attempt(address: PostgresAddress, before?: Promise<unknown>): Promise<PostgresConnection> {
      if (before) await Promise.race([before.catch(() => undefined), setTimeout(headStartMs, undefined, { signal })])
      const connection = await connectTo(address, signal)
      if (found.signal.aborted) {
        connection.destroy(new DatabaseLostError('another server was found first'))
        throw connection.failure
      }
      found.abort()
      order = [address, ...addresses.filter((other) => other !== address)]
      return connection
    }
  }
}

function summaryOf(errors: NodeJS.ErrnoException[], asked: readonly PostgresAddress[]): Error {
  const [first] = errors
  if (errors.length === 1 && first) return first
  const reports = errors.map(({ message, code }, at) => `${asked[at]?.name}: ${message || code}`)
  // An unreachable server may be the primary, so its code takes precedence.
  const { code } = errors.find(isUnreachable) ?? first ?? {}
  return new DatabaseLostError(reports.join('; '), { cause: errors, ...(code === undefined ? {} : { code }) })
}
