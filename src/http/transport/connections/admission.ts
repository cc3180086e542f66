import { networkOf } from '../../../shared/network.ts'
import type { TransportLimits } from '../limits.ts'
import { type Connection, isIdle } from './connections.ts'

type Limits = Pick<TransportLimits, 'connections' | 'connectionsPerAddress' | 'checkEveryMs'>

/** When a limit is reached, this share of its connections is closed at once, because searching for idle ones is slow. */
const freedShare = 0.1

/** Limits the number of connections, in total and per network. Idle connections are closed to make room for new ones, oldest first. */
export function createAdmission(limits: Limits, isProxy: (address: string) => boolean) {
  const all = new Set<Connection>()
  const byNetwork = new Map<string, Set<Connection>>()
  const searchedAt = new WeakMap<Set<Connection>, number>()

  function hasRoom(connections: Set<Connection>, max: number): boolean {
    if (connections.size < max) return true
    const now = performance.now()
    if (now - (searchedAt.get(connections) ?? Number.NEGATIVE_INFINITY) < limits.checkEveryMs) return false
    searchedAt.set(connections, now)
    for (const connection of findIdle(connections, Math.ceil(max * freedShare))) {
      remove(connection)
      connection.socket.destroy()
    }
    return connections.size < max
  }

  /** Whether there is room for one more connection from this address. A trusted proxy's address is not counted: many clients share it. */
  function mayAccept(address: string | undefined): boolean {
    if (!hasRoom(all, limits.connections)) return false
    const same = byNetwork.get(networkOf(address ?? ''))
    return same === undefined || hasRoom(same, limits.connectionsPerAddress)
  }

  function add(connection: Connection): void {
    const { remoteAddress = '' } = connection.socket
    all.add(connection)
    connection.socket.once('close', () => remove(connection))
    if (isProxy(remoteAddress)) return
    const network = networkOf(remoteAddress)
    networks.set(connection, network)
    byNetwork.set(network, (byNetwork.get(network) ?? new Set()).add(connection))
  }

  const networks = new WeakMap<Connection, string>()

  function remove(connection: Connection): void {
    all.delete(connection)
    const network = networks.get(connection) ?? ''
    const same = byNetwork.get(network)
    if (same?.delete(connection) && same.size === 0) byNetwork.delete(network)
  }

  return { all: all as ReadonlySet<Connection>, mayAccept, add }
}

function findIdle(connections: Iterable<Connection>, max: number): Connection[] {
  const found: Connection[] = []
  for (const connection of connections) {
    if (found.length === max) break
    if (isIdle(connection)) found.push(connection)
  }
  return found
}
