import { setTimeout } from 'node:timers/promises'
import type { Reply } from '../contract/client.ts'

/** Sent again where the database was too slow on a busy machine: such a request did nothing. */
export async function patient(ask: () => Promise<Reply>): Promise<Reply> {
  for (let triesLeft = 50; ; triesLeft--) {
    const reply = await ask()
    if (reply.status !== 503 || triesLeft === 0 || !reply.text.includes('服务暂时不可用')) return reply
    await setTimeout(100 * Math.random())
  }
}
