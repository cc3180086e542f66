import { constants, fstatSync, openSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'

/** A pipe takes so much in one piece, so that the lines of several processes do not mix. */
const chunkBytes = 4096
/** What cannot be written is kept up to this; lines beyond it are lost, and counted. */
const keptBytes = 1024 * 1024
const gatherMs = 100
const firstRetryMs = 10
const longestRetryMs = 1000
/** At the end of the process, for a reader that is slow. */
const exitMs = 200

export interface LogDestination {
  /** Never waits and never throws, whatever the state of the disk, the pipe or its reader. */
  write(line: string): void
  /** Writes what is kept, for the end of the process: waits at most 200 ms. */
  finish(): void
}

/**
 * Gathers lines and writes them in chunks without blocking: a write for each request would cost as much as the answer. After a failed write
 * (disk full, reader asleep or gone) it tries again from time to time. A blocking or asynchronous write would not do: the one stops the
 * service while a pipe is full, the other occupies a thread that password hashing and files need, and that the exit waits for.
 * @param fd an open file, pipe, terminal or socket
 * @param onLost told how many lines were lost, once writing works again; may write
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
      retryMs = Math.min(longestRetryMs, Math.max(firstRetryMs, retryMs * 2))
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
    if (kept + bytes > keptBytes) {
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

/** A file never keeps its writer waiting, and two openings of it would write over each other. */
function openNonBlocking(fd: number): number {
  if (fstatSync(fd).isFile()) return fd
  try {
    // Opened anew, the mode is this process' own: others that share `fd` go on blocking.
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
    // A terminal that cannot be opened anew keeps blocking, as it does for every program.
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
