import { setTimeout } from 'node:timers/promises'
import type { Reply } from '../contract/client.ts'

/**
 * Retries a request for which the database was too slow on a busy machine. Such a request had no effect, but rate limits may have
 * counted it: a commit that is not confirmed in time may have taken effect.
 */
export async function patient(ask: () => Promise<Reply>, onRetry: () => void = () => undefined): Promise<Reply> {
  for (let triesLeft = 50; ; triesLeft--) {
    const reply = await ask()
    if (reply.status !== 503 || triesLeft === 0 || !reply.text.includes('服务暂时不可用')) return reply
    onRetry()
    await setTimeout(100 * Math.random())
  }
}
