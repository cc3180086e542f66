import { networkOf } from '../../../shared/network.ts'
import type { TransportLimits } from '../limits.ts'
import { type Connection, isIdle } from './connections.ts'

type Bounds = Pick<TransportLimits, 'connections' | 'connectionsPerAddress' | 'checkEveryMs'>

/** At a full bound, this share of it is freed at once: searching all connections again for each new one would take long. */
const freedShare = 0.1

/** Bounds the number of connections, in total and per address. Idle connections are closed to make room for new ones, oldest first. */
export function createAdmission(bounds: Bounds, isProxy: (address: string) => boolean) {
  const all = new Set<Connection>()
  const byNetwork = new Map<string, Set<Connection>>()
  const triedAt = new WeakMap<Set<Connection>, number>()

  function hasRoom(among: Set<Connection>, bound: number): boolean {
    if (among.size < bound) return true
    const now = performance.now()
    if (now - (triedAt.get(among) ?? Number.NEGATIVE_INFINITY) < bounds.checkEveryMs) return false
    triedAt.set(among, now)
    for (const connection of idle(among, Math.ceil(bound * freedShare))) {
      leave(connection)
      connection.socket.destroy()
    }
    return among.size < bound
  }

  /** Whether there is room for one more connection from this address. A trusted proxy's address is not counted: many clients share it. */
  function mayEnter(address: string | undefined): boolean {
    if (!hasRoom(all, bounds.connections)) return false
    const same = byNetwork.get(networkOf(address ?? ''))
    return same === undefined || hasRoom(same, bounds.connectionsPerAddress)
  }

  function enter(connection: Connection): void {
    const { remoteAddress = '' } = connection.socket
    all.add(connection)
    connection.socket.once('close', () => leave(connection))
    if (isProxy(remoteAddress)) return
    const network = networkOf(remoteAddress)
    networks.set(connection, network)
    byNetwork.set(network, (byNetwork.get(network) ?? new Set()).add(connection))
  }

  const networks = new WeakMap<Connection, string>()

  function leave(connection: Connection): void {
    all.delete(connection)
    const network = networks.get(connection) ?? ''
    const same = byNetwork.get(network)
    if (same?.delete(connection) && same.size === 0) byNetwork.delete(network)
  }

  return { all: all as ReadonlySet<Connection>, mayEnter, enter }
}

function idle(among: Iterable<Connection>, most: number): Connection[] {
  const found: Connection[] = []
  for (const connection of among) {
    if (found.length === most) break
    if (isIdle(connection)) found.push(connection)
  }
  return found
}
