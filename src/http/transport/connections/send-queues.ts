import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { endianness } from 'node:os'
import ipaddr from 'ipaddr.js'

/** Columns: number, local address, remote address, state, bytes to send. Does not match rows with nothing to send. */
const row = /^ *\d+: \w+:(\w{4}) (\w+:\w{4}) \w\w (?!00000000)(\w{8}):/gm

/**
 * Reads the number of unacknowledged bytes of each socket from the system. Takes 5 ms, and 2 µs for each socket of the machine. Always
 * 0 on systems other than Linux.
 */
export function readSendQueues(): (socket: Socket) => number {
  const queues = new Map<string, number>()
  for (const family of ['tcp', 'tcp6']) {
    for (const [, local, remote, bytes = ''] of tableOf(family).matchAll(row))
      queues.set(`${local} ${remote}`, Number.parseInt(bytes, 16))
  }
  return (socket) => queues.get(keyOf(socket)) ?? 0
}

function tableOf(family: string): string {
  try {
    return readFileSync(`/proc/self/net/${family}`, 'latin1')
  } catch {
    return ''
  }
}

function keyOf({ localPort = 0, remoteAddress, remotePort = 0 }: Socket): string {
  return remoteAddress === undefined ? '' : `${hex(localPort)} ${addressHex(remoteAddress)}:${hex(remotePort)}`
}

/** The system prints each 32 bits of an address as a number. */
function addressHex(address: string): string {
  const bytes = Buffer.from(ipaddr.parse(address).toByteArray())
  return (endianness() === 'LE' ? bytes.swap32() : bytes).toString('hex').toUpperCase()
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}
