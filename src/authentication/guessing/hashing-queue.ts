import { DomainError } from '../../shared/errors.ts'

export interface HashingQueueOptions {
  concurrency: number
  /** For all owners together. */
  maxWaiting: number
  retryAfterSeconds: number
}

interface Job {
  start(): void
  refuse(): void
}

/**
 * Queues work for the processor and serves owners in turn, so that an owner with many jobs delays only its own. If the
 * queue is full, the owner with the most jobs loses its latest one, to make room for another owner's job.
 */
export function createHashingQueue({ concurrency, maxWaiting, retryAfterSeconds }: HashingQueueOptions) {
  /** In order of turns; every owner in it has at least one job. */
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

  /** Returns false if the new job would give its owner at least as many jobs as every other owner has. */
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
   * Jobs with `isPromised` run before all turns and are never refused. Use it only for work whose amount is limited
   * elsewhere.
   * @throws DomainError `busy` if there is no room, or if the job lost its place
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
