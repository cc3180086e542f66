import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export interface CuttableLink {
  port: number
  /** Closes all connections and refuses new ones, like a stopped server. */
  cut(): Promise<void>
  /** Keeps connections open but forwards nothing, like an unplugged server. */
  silence(): void
  /** Forwards nothing on the current connections and closes none, like a firewall that lost its state. New connections work. */
  forget(): void
  repair(): Promise<void>
}

/** Starts a proxy to the server at `url` that a test can break and repair. */
export async function linkTo(url: string): Promise<CuttableLink> {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  const forgotten = new WeakSet<Socket>()
  let isSilent = false
  const join = (near: Socket): void => {
    const far = connect(Number(port), hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => void (isSilent || forgotten.has(from) || to.write(bytes)))
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        if (!forgotten.has(from)) to.destroy()
      })
    }
  }
  let server: Server | undefined = await listening(join, 0)
  const { port: taken } = server.address() as AddressInfo

  async function cut(): Promise<void> {
    const closed = server && once(server, 'close')
    server?.close()
    server = undefined
    for (const socket of sockets) socket.destroy()
    await closed
  }

  async function repair(): Promise<void> {
    await cut()
    isSilent = false
    server = await listening(join, taken)
  }

  function silence(): void {
    isSilent = true
  }

  function forget(): void {
    for (const socket of sockets) forgotten.add(socket)
  }

  return { port: taken, cut, repair, silence, forget }
}

async function listening(join: (near: Socket) => void, port: number): Promise<Server> {
  const server = createServer(join).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
