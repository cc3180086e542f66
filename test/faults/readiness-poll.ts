import { setTimeout } from 'node:timers/promises'
import type { Victim } from './victim.ts'

/** Polls like a load balancer, but more often. Resolves to the number of responses. */
export async function poll({ origin }: Pick<Victim, 'origin'>, isOver: () => boolean): Promise<number> {
  for (let polls = 0; ; await setTimeout(2)) {
    if (isOver()) return polls
    const answer = await fetch(`${origin}/readyz`).catch(() => undefined)
    await answer?.arrayBuffer().catch(() => undefined)
    if (answer !== undefined) polls++
  }
}
