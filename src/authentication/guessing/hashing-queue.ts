import { DomainError } from '../../shared/errors.ts'

export interface HashingQueueOptions {
  concurrency: number
  /** Of all owners together. */
  maxWaiting: number
  retryAfterSeconds: number
}

interface Job {
  start(): void
  refuse(): void
}

/**
 * Work that waits for the processor, served in turn by owner: whoever sends many waits behind himself. Where the queue is full, the
 * owner with the most in it loses his latest, so that one of another finds room.
 */
export function createHashingQueue({ concurrency, maxWaiting, retryAfterSeconds }: HashingQueueOptions) {
  /** In the order of their turns; nobody is in it without a job. */
  const waiting = new Map<string, Job[]>()
  let running = 0
  let size = 0

  function startNext(): void {
    const [next] = waiting
    if (next === undefined || running >= concurrency) return
    const [owner, jobs] = next
    const job = jobs.shift()
    waiting.delete(owner)
    if (jobs.length > 0) waiting.set(owner, jobs)
    size -= 1
    running += 1
    job?.start()
  }

  /** False where the newcomer has no less in it than anyone else. */
  function makeRoom(owner: string): boolean {
    const [most] = [...waiting].sort(([, one], [, other]) => other.length - one.length)
    if (most === undefined || (waiting.get(owner)?.length ?? 0) + 1 >= most[1].length) return false
    most[1].pop()?.refuse()
    size -= 1
    return true
  }

  /** @throws DomainError `busy` where there is no room, or none any more */
  function run<T>(owner: string, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const refuse = () => reject(new DomainError('busy', { retryAfterSeconds }))
      if (size >= maxWaiting && !makeRoom(owner)) return refuse()
      const start = () => {
        work()
          .then(resolve, reject)
          .finally(() => {
            running -= 1
            startNext()
          })
      }
      const jobs = waiting.get(owner)
      if (jobs) jobs.push({ start, refuse })
      else waiting.set(owner, [{ start, refuse }])
      size += 1
      startNext()
    })
  }

  return { run }
}
