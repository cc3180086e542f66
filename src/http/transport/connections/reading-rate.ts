import type { Socket } from 'node:net'
import { once } from '../../../shared/once.ts'
import type { TransportLimits } from '../limits.ts'
import type { Connection, OpenStream } from './connections.ts'
import { readSendQueues } from './send-queues.ts'

type Bounds = Pick<TransportLimits, 'writingMs' | 'writingBytesPerSecond'>

/**
 * Tells, at one moment, whose client leaves unread what is sent to it: in the time of the limit it takes less than the least rate. What the
 * system has taken for a client says little, as it takes some hundred KiB at a time: what the client acknowledges counts.
 */
export function readingAt(now: number, { writingMs, writingBytesPerSecond }: Bounds) {
  const leastBytes = (writingMs * writingBytesPerSecond) / 1000
  const queues = once(readSendQueues)

  function isRead(connection: Connection): boolean {
    const { socket, acknowledged, movedAt } = connection
    if (!hasToSend(connection)) {
      connection.acknowledged = undefined
      connection.movedAt = now
      return true
    }
    if (acknowledged !== undefined && now - movedAt < writingMs) return true
    const taken = (handleOf(socket)?.bytesWritten ?? 0) - unsent(socket) - queues()(socket)
    if (acknowledged !== undefined && taken - acknowledged < leastBytes) return false
    connection.acknowledged = taken
    connection.movedAt = now
    return true
  }

  /** Whether the client opens the window of this stream, or still takes what the window has let through. */
  function isStreamRead(one: OpenStream, { socket }: Connection): boolean {
    const left = one.stream.writableLength
    one.taken += Math.max(0, one.unsent - left)
    one.unsent = left
    const hasMoved = left === 0 || one.taken >= leastBytes
    if (!hasMoved && now - one.movedAt < writingMs) return true
    if (!hasMoved && unsent(socket) === 0 && queues()(socket) === 0) return false
    one.taken = 0
    one.movedAt = now
    return true
  }

  return { isRead, isStreamRead }
}

/** Node's own handle. Unlike the public counts, it shows whether the system has taken the written bytes, also below TLS. */
interface Handle {
  bytesWritten: number
  writeQueueSize: number
}

function handleOf(socket: Socket): Handle | undefined {
  return (socket as Socket & { _handle?: Handle | null })._handle ?? undefined
}

export function unsent(socket: Socket): number {
  return handleOf(socket)?.writeQueueSize ?? 0
}

function hasToSend({ socket, streams }: Connection): boolean {
  if (unsent(socket) > 0) return true
  for (const { stream } of streams) if (stream.writableLength > 0) return true
  return false
}
