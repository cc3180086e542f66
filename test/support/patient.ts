import { setTimeout } from 'node:timers/promises'
import type { Reply } from '../contract/client.ts'

/** Retries a request that the database was too slow for on a busy machine. Such a request had no effect. */
export async function patient(ask: () => Promise<Reply>): Promise<Reply> {
  for (let triesLeft = 50; ; triesLeft--) {
    const reply = await ask()
    if (reply.status !== 503 || triesLeft === 0 || !reply.text.includes('服务暂时不可用')) return reply
    await setTimeout(100 * Math.random())
  }
}
