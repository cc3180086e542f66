import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'

export interface Listener {
  /** `HOST:PORT`, as it stands in a URL. */
  address: string
  /** Stops accepting, losing no connection: see the steps of `Drain`. Takes 0.1 to 2 s. */
  stop(answers: { begin(): void; hold(): void }): Promise<void>
}

export interface ListenerOptions {
  host: string
  port: number
  /** Whether connections are passed on to other processes, which are to read what they send. */
  passedOn?: boolean
}

const quietMs = 100
const longestMs = 1000

/** Accepts connections and hands them over. @throws what `net.Server` emits when it cannot listen */
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
  // The other address of this name, where the machine has it.
  if (host === 'localhost') servers.push(...(await open({ host: '::1', port: taken }).then(one, none)))

  /** Waits until no connection has come for a while. The system resets those that it has queued when their listener closes. */
  async function quiet(): Promise<void> {
    const begun = performance.now()
    const left = () => Math.min(quietMs + lastAt, begun + longestMs) - performance.now()
    while (left() > 0) await setTimeout(left())
  }

  async function stop(answers: { begin(): void; hold(): void }): Promise<void> {
    answers.begin()
    // Connections that are kept get the moment, too, for one more request.
    lastAt = performance.now()
    await quiet()
    answers.hold()
    await quiet()
    await Promise.all(servers.map(closeWhenEmpty))
  }

  return { address: `${host.includes(':') ? `[${host}]` : host}:${taken}`, stop }
}

/** One turn of the event loop in which nothing was accepted has found the queue empty. */
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
