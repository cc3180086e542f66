import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { idleGraceMs } from '../http/transport/drain.ts'

export interface Listener {
  /** `HOST:PORT`, as in a URL. */
  address: string
  /** Stops accepting without losing a connection, in the steps of `Drain`. Takes 1 to 3 s. */
  stop(answers: { begin(): void; hold(): void }): Promise<void>
}

export interface ListenerOptions {
  host: string
  port: number
  /** Whether connections are passed on to other processes. This one must then read nothing from them. */
  passedOn?: boolean
}

const quietMs = 100
const maxWaitMs = 1000

/** Accepts connections and passes them to `take`. @throws the error that `net.Server` emits if it cannot listen */
export async function openListener(options: ListenerOptions, take: (socket: Socket) => void): Promise<Listener> {
  const { host, port, passedOn = false } = options
  let lastAt = 0
  const open = async (at: { host: string; port: number }) => {
    const server = createServer({ pauseOnConnect: passedOn })
    server.on('connection', (socket) => {
      lastAt = performance.now()
      take(socket)
    })
    await once(server.listen(at), 'listening')
    return server
  }
  const first = await open({ host: host === 'localhost' ? '127.0.0.1' : host, port })
  const { port: taken } = first.address() as AddressInfo
  const servers = [first]
  // The IPv6 address of this name, if the machine has it.
  if (host === 'localhost') servers.push(...(await open({ host: '::1', port: taken }).then(one, none)))

  /** Waits until no connection has arrived for a while: when a listener closes, the system resets the connections that it has queued. */
  async function quiet(): Promise<void> {
    const begun = performance.now()
    const left = () => Math.min(quietMs + lastAt, begun + maxWaitMs) - performance.now()
    while (left() > 0) await setTimeout(left())
  }

  async function stop(answers: { begin(): void; hold(): void }): Promise<void> {
    answers.begin()
    // Kept connections have this time for one more request, while others are still accepted.
    await setTimeout(idleGraceMs)
    await quiet()
    answers.hold()
    await quiet()
    await Promise.all(servers.map(closeWhenEmpty))
  }

  return { address: `${host.includes(':') ? `[${host}]` : host}:${taken}`, stop }
}

/** A turn of the event loop in which nothing was accepted shows that the queue is empty. */
async function closeWhenEmpty(server: Server): Promise<void> {
  let accepted = true
  server.on('connection', () => {
    accepted = true
  })
  for (let turn = 0; accepted && turn < 10_000; turn += 1) {
    accepted = false
    await setImmediate()
  }
  server.close()
}

function one(server: Server): Server[] {
  return [server]
}

function none(): Server[] {
  return []
}
