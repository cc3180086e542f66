import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Statement {
  text: string
  /** The name of the prepared statement on its connection. Empty for an unnamed one. */
  name: string
}

export interface StatementTap {
  /** The URL of the same database through the tap. */
  url: string
  statements: Statement[]
  close(): Promise<void>
}

/** Starts a proxy to the PostgreSQL server at `url` that records every statement (messages P and Q of protocol version 3). */
export async function tapStatements(url: string): Promise<StatementTap> {
  const { hostname, port } = new URL(url)
  const statements: Statement[] = []
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    const note = reader(statements)
    near.on('data', note)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const tapped = Object.assign(new URL(url), { port: String((server.address() as AddressInfo).port) })
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  }
  return { url: tapped.href, statements, close }
}

function reader(statements: Statement[]): (bytes: Buffer) => void {
  let held: Buffer = Buffer.alloc(0)
  let begun = false
  return (bytes) => {
    held = Buffer.concat([held, bytes])
    for (;;) {
      // The first message has no type byte.
      const head = begun ? 1 : 0
      if (held.length < head + 4) return
      const end = head + held.readUInt32BE(head)
      if (held.length < end) return
      const parts = held.toString('utf8', head + 4, end).split('\0')
      if (begun && held[0] === 0x50) statements.push({ name: parts[0] ?? '', text: parts[1] ?? '' })
      if (begun && held[0] === 0x51) statements.push({ name: '', text: parts[0] ?? '' })
      begun = true
      held = held.subarray(end)
    }
  }
}
