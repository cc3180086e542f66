import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { GuardedVerifier } from '../../schools/guarded-verifier.ts'

export interface SchoolMetrics {
  /** For the guard: the duration of a login, including its time in the queue. */
  onLogin(seconds: number): void
  /** In Prometheus text format. */
  text(): Promise<string>
}

/** Metrics of the school for the operator, counted since the start of the process. The guard's values are read on each request. */
export function createSchoolMetrics({
  metrics,
  captchas,
  rejections,
}: Pick<GuardedVerifier, 'metrics' | 'captchas' | 'rejections'>): SchoolMetrics {
  const registers = [new Registry()] as [Registry]
  // With several processes, the primary requests the metrics of each worker.
  AggregatorRegistry.setRegistries(registers)
  const seconds = new Histogram({
    name: 'occupy_school_login_seconds',
    help: 'Time that logins at the school took, queue included.',
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 20],
    registers,
  })

  counts('occupy_school_logins_total', 'Logins at the school, by what came of them.', () => metrics.logins)
  counts('occupy_school_challenges_total', 'Captchas fetched for students to read.', () => metrics.challenges)
  new Gauge({
    name: 'occupy_school_rejects_everyone',
    aggregator: 'max',
    help: '1 after many different students were rejected and none verified: the school is asked in the wrong way.',
    registers,
    collect() {
      this.set(rejections.rejectsEveryone() ? 1 : 0)
    },
  })
  if (captchas) {
    counts('occupy_school_captchas_total', 'Captchas that the service read, by their fate.', () => captchas.counts)
    new Gauge({
      name: 'occupy_school_asks_captcha',
      aggregator: 'max',
      help: '1 while students have to read captchas: with SCHOOL_CAPTCHA=read an alarm, the captchas have changed.',
      registers,
      collect() {
        this.set(captchas.mode() === 'ask' ? 1 : 0)
      },
    })
  }

  function counts(name: string, help: string, read: () => Readonly<Record<string, number>>): void {
    new Counter({
      name,
      help,
      labelNames: ['outcome'],
      registers,
      collect() {
        this.reset()
        for (const [outcome, count] of Object.entries(read())) this.inc({ outcome }, count)
      },
    })
  }

  return { onLogin: (length) => seconds.observe(length), text: () => registers[0].metrics() }
}
