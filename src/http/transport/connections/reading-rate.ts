import type { Socket } from 'node:net'
import { once } from '../../../shared/once.ts'
import type { TransportLimits } from '../limits.ts'
import type { Connection, OpenStream } from './connections.ts'
import { readSendQueues } from './send-queues.ts'

type Bounds = Pick<TransportLimits, 'writingMs' | 'writingBytesPerSecond'>

/** A connection with less data in the system’s buffer is not checked. A check reads a table of the whole machine. */
const minBufferedBytes = 32 * 1024

/**
 * Finds clients that read less than the minimum rate during `writingMs`. Counts only bytes that the client has acknowledged, because
 * the system accepts some hundred KiB for it at once.
 */
export function readingRates(now: number, { writingMs, writingBytesPerSecond }: Bounds) {
  const minBytes = (writingMs * writingBytesPerSecond) / 1000
  const queues = once(readSendQueues)

  function isFastEnough(connection: Connection): boolean {
    const { socket, acknowledged, progressAt, allAcknowledgedAt } = connection
    const written = handleOf(socket)?.bytesWritten ?? 0
    const isSending = hasToSend(connection)
    if (!isSending && written - allAcknowledgedAt < minBufferedBytes) {
      connection.acknowledged = undefined
      connection.progressAt = now
      return true
    }
    if (acknowledged !== undefined && now - progressAt < writingMs) return true
    connection.progressAt = now
    if (acknowledged === undefined && !isSending) {
      connection.acknowledged = allAcknowledgedAt
      return true
    }
    const received = written - unsentBytes(socket) - queues()(socket)
    const isSlow = acknowledged !== undefined && received - acknowledged < minBytes
    if (isSlow && (isSending || received < written)) return false
    if (received === written) connection.allAcknowledgedAt = written
    connection.acknowledged = received
    return true
  }

  /** Whether the client opens the window of this stream, or still receives what the window has admitted. */
  function isStreamFastEnough(one: OpenStream, { socket }: Connection): boolean {
    const unsent = one.stream.writableLength
    one.read += Math.max(0, one.unsent - unsent)
    one.unsent = unsent
    const hasProgress = unsent === 0 || one.read >= minBytes
    if (!hasProgress && now - one.progressAt < writingMs) return true
    if (!hasProgress && unsentBytes(socket) === 0 && queues()(socket) === 0) return false
    one.read = 0
    one.progressAt = now
    return true
  }

  return { isFastEnough, isStreamFastEnough }
}

/** Node's internal handle. Unlike the public counters, it shows which bytes the system has accepted, also below TLS. */
interface Handle {
  bytesWritten: number
  writeQueueSize: number
}

function handleOf(socket: Socket): Handle | undefined {
  return (socket as Socket & { _handle?: Handle | null })._handle ?? undefined
}

export function unsentBytes(socket: Socket): number {
  return handleOf(socket)?.writeQueueSize ?? 0
}

function hasToSend({ socket, streams }: Connection): boolean {
  if (unsentBytes(socket) > 0) return true
  for (const { stream } of streams) if (stream.writableLength > 0) return true
  return false
}
