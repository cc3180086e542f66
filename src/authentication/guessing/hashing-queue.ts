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
  const promised: Job[] = []
  let running = 0
  let size = 0

  function startNext(): void {
    if (running >= concurrency) return
    const job = promised.shift() ?? takeTurn()
    if (job === undefined) return
    running += 1
    job.start()
  }

  function takeTurn(): Job | undefined {
    const [next] = waiting
    if (next === undefined) return undefined
    const [owner, jobs] = next
    const job = jobs.shift()
    waiting.delete(owner)
    if (jobs.length > 0) waiting.set(owner, jobs)
    size -= 1
    return job
  }

  /** False where the newcomer has no less in it than anyone else. */
  function makeRoom(owner: string): boolean {
    const [most] = [...waiting].sort(([, one], [, other]) => other.length - one.length)
    if (most === undefined || (waiting.get(owner)?.length ?? 0) + 1 >= most[1].length) return false
    most[1].pop()?.refuse()
    size -= 1
    return true
  }

  function enqueue(owner: string, job: Job): void {
    if (size >= maxWaiting && !makeRoom(owner)) {
      job.refuse()
      return
    }
    const jobs = waiting.get(owner)
    if (jobs) jobs.push(job)
    else waiting.set(owner, [job])
    size += 1
  }

  /**
   * `isPromised` comes before all turns, and is never refused: for what something else keeps few.
   * @throws DomainError `busy` where there is no room, or none any more
   */
  function run<T>(owner: string, work: () => Promise<T>, { isPromised = false } = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const refuse = () => reject(new DomainError('busy', { retryAfterSeconds }))
      const start = () => {
        work()
          .then(resolve, reject)
          .finally(() => {
            running -= 1
            startNext()
          })
      }
      if (isPromised) promised.push({ start, refuse })
      else enqueue(owner, { start, refuse })
      startNext()
    })
  }

  return { run }
}
