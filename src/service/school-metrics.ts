import cluster from 'node:cluster'
import { once } from '../shared/once.ts'
import type { Watched } from './school-registry.ts'

export interface SchoolMetrics {
  /** For the guard: how long a login took, queue included. */
  onLogin(seconds: number): void
  /** Before anything else. */
  watch(guard: Watched): void
  /** Prometheus' text form. */
  text(): Promise<string>
}

/** What an operator watches of the school, counted since the start of the process. What keeps the figures is loaded with the first login or question. */
export function createSchoolMetrics(): SchoolMetrics {
  const watched = Promise.withResolvers<Watched>()
  const registry = once(async () => {
    const { createSchoolRegistry } = await import('./school-registry.ts')
    return createSchoolRegistry(await watched.promise)
  })
  // The first process asks for the figures of each worker, of which only the registry knows.
  if (cluster.isWorker) void registry()
  return {
    watch: watched.resolve,
    onLogin: (seconds) => void registry().then(({ onLogin }) => onLogin(seconds)),
    text: async () => (await registry()).text(),
  }
}
