import { constants, fstatSync, openSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'

/** A pipe takes this much in one piece, so that the lines of several processes do not mix. */
const chunkBytes = 4096
/** The maximum size of lines kept in memory while they cannot be written. Further lines are dropped and counted. */
const maxBufferedBytes = 1024 * 1024
const gatherMs = 100
const firstRetryMs = 10
const maxRetryMs = 1000
/** How long the end of the process waits for a slow reader. */
const exitMs = 200

export interface LogDestination {
  /** Never blocks and never throws, whatever the state of the disk, the pipe or its reader. */
  write(line: string): void
  /** Writes the remaining lines at the end of the process. Blocks for at most 200 ms. */
  finish(): void
}

/**
 * Collects lines and writes them in chunks without blocking: one write per request would cost as much as the response. After a failed
 * write (disk full, reader stalled or gone) it retries periodically. Blocking and asynchronous writes are both unsuitable: a blocking
 * one stops the service while a pipe is full, and an asynchronous one occupies a thread that password hashing and file access need, and
 * that the exit waits for.
 * @param fd an open file, pipe, terminal or socket
 * @param onLost called with the number of lost lines once writing works again; may write
 */
export function createLogDestination(fd: number, onLost: (lines: number) => void): LogDestination {
  const target = openNonBlocking(fd)
  const chunks: (string | Buffer)[] = []
  let gathered = ''
  let gatheredBytes = 0
  let kept = 0
  let lost = 0
  let retryMs = 0
  let isScheduled = false

  function closeChunk(): void {
    if (gathered !== '') chunks.push(gathered)
    gathered = ''
    gatheredBytes = 0
  }

  function writeChunks(): void {
    try {
      for (let chunk = chunks[0]; chunk !== undefined; chunk = chunks[0]) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
        const written = writeSync(target, bytes)
        kept -= written
        if (written < bytes.length) chunks[0] = bytes.subarray(written)
        else chunks.shift()
      }
      retryMs = 0
      tellLost()
    } catch {
      retryMs = Math.min(maxRetryMs, Math.max(firstRetryMs, retryMs * 2))
    }
  }

  function tellLost(): void {
    if (lost === 0) return
    const lines = lost
    lost = 0
    onLost(lines)
  }

  function flush(): void {
    isScheduled = false
    closeChunk()
    writeChunks()
    if (kept > 0) schedule()
  }

  function schedule(): void {
    if (isScheduled) return
    isScheduled = true
    setTimeout(flush, retryMs || gatherMs).unref()
  }

  function write(line: string): void {
    const bytes = Buffer.byteLength(line)
    if (kept + bytes > maxBufferedBytes) {
      lost++
      return
    }
    if (gatheredBytes + bytes > chunkBytes) closeChunk()
    gathered += line
    gatheredBytes += bytes
    kept += bytes
    if (chunks.length > 0 && retryMs === 0) writeChunks()
    schedule()
  }

  function finish(): void {
    const end = performance.now() + exitMs
    for (flush(); kept > 0 && performance.now() < end; flush()) sleep(firstRetryMs)
  }

  return { write, finish }
}

/** A regular file never blocks its writer, and two open descriptions of it would overwrite each other. */
function openNonBlocking(fd: number): number {
  if (fstatSync(fd).isFile()) return fd
  try {
    // Opened again, so that the mode applies to this process only: others that share `fd` keep blocking.
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    setNonBlocking(fd)
    return fd
  }
}

/** For sockets (systemd's journal), pipes that belong to another user, and systems without /proc. */
function setNonBlocking(fd: number): void {
  try {
    new Socket({ fd, readable: false, writable: true }).unref()
  } catch {
    // A terminal that cannot be opened again keeps blocking, as it does for every program.
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
