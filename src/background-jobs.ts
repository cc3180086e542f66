import { setTimeout } from 'node:timers/promises'
import fp from 'fastify-plugin'
import type { TotalsSweep } from './statistics/maintenance/totals-sweep.service.ts'
import type { HeartbeatService } from './studies/own/heartbeat.service.ts'

export interface BackgroundJobsOptions {
  heartbeats: HeartbeatService
  /** Run one after the other, every 15 seconds. If one fails, the others still run. */
  periodic: (() => Promise<unknown>)[]
  /** Writes the last visits that are collected in memory. */
  flushVisits: () => Promise<unknown>
  totalsSweep: TotalsSweep
  /** Logs an error that means that the database is unavailable, and returns false for every other one. */
  logUnavailable: (error: unknown, context: object) => boolean
}

const intervalSeconds = 15
const heartbeatsEverySeconds = 1

/** The periodic work of the service, such as ending overdue records, writing last visits and deleting old data. */
export const backgroundJobs = fp<BackgroundJobsOptions>(
  async (app, { heartbeats, periodic, flushVisits, totalsSweep, logUnavailable }) => {
    const timers: NodeJS.Timeout[] = []
    let round: Promise<void> | undefined
    let heartbeatRound: Promise<void> | undefined
    let walk: Promise<void> | undefined
    const closing = new AbortController()

    function warn(error: unknown, message: string): void {
      if (!logUnavailable(error, { work: message })) app.log.warn({ err: error }, message)
    }

    async function runJobs(): Promise<void> {
      for (const job of [flushVisits, ...periodic]) {
        try {
          await job()
        } catch (error) {
          warn(error, 'backgroundJobs failed, to be tried again')
        }
      }
    }

    async function sweepTotals({ signal }: AbortController): Promise<void> {
      while (!signal.aborted) {
        const rest = await totalsSweep
          .sweep(() => signal.aborted)
          .catch((error: unknown) => {
            warn(error, 'totals were not computed, to be tried again')
            return intervalSeconds
          })
        await setTimeout(rest * 1000, undefined, { signal, ref: false }).catch(() => undefined)
      }
    }

    const flushHeartbeats = () =>
      heartbeats.flush().catch((error: unknown) => warn(error, 'heartbeats were not written, to be tried again'))

    // The server's event, not the framework's `onListen`: another object accepts the connections.
    app.server.once('listening', () => {
      const runOnce = () => {
        round ??= runJobs().finally(() => {
          round = undefined
        })
      }
      const flushOnce = () => {
        heartbeatRound ??= flushHeartbeats().finally(() => {
          heartbeatRound = undefined
        })
      }
      runOnce()
      walk = sweepTotals(closing)
      timers.push(
        setInterval(runOnce, intervalSeconds * 1000).unref(),
        setInterval(flushOnce, heartbeatsEverySeconds * 1000).unref(),
      )
    })
    app.addHook('onClose', async () => {
      for (const timer of timers) clearInterval(timer)
      closing.abort()
      await Promise.all([round, heartbeatRound, walk])
      await flushHeartbeats()
      await flushVisits().catch((error: unknown) => warn(error, 'the last visits were not written'))
    })
  },
)
