import { randomUUID } from 'node:crypto'
import { Agent, request as httpRequest } from 'node:http'
import autocannon from 'autocannon'
import { batchKeyStem, type LoadJob, type LoadResult, type WireRequest } from './wire.ts'

/** The load generator's process. It takes one job at a time from the benchmark and ends with it. */
process.on('message', (job: LoadJob) => {
  run(job).then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
process.on('disconnect', () => process.exit())

async function run(job: LoadJob): Promise<LoadResult> {
  const result: LoadResult = {
    seconds: 0,
    latencies: new Float64Array(),
    statuses: {},
    errors: 0,
    started: [],
    stopped: [],
    flooded: {},
  }
  const latencies: number[] = []
  let connection = 0
  let first = 0
  let last = 0
  const flood = job.flood && startFlood(job.origin, job.flood, result.flooded)
  const { errors, timeouts } = await new Promise<autocannon.Result>((resolve, reject) => {
    const options: autocannon.Options = {
      url: job.origin,
      connections: job.connections,
      duration: job.seconds,
      timeout: 30,
      setupClient: (client) => client.setRequests(requestsOf(job, connection++, result)),
    }
    const instance = autocannon(options, (error, answer) => (error ? reject(error) : resolve(answer)))
    instance.on('response', (_client, status, _bytes, milliseconds) => {
      last = performance.now()
      first ||= last - milliseconds
      latencies.push(milliseconds)
      result.statuses[status] = (result.statuses[status] ?? 0) + 1
    })
  })
  flood?.stop()
  return {
    ...result,
    seconds: (last - first) / 1000,
    latencies: Float64Array.from(latencies),
    errors: errors + timeouts,
  }
}

type ClientRequest = autocannon.Request

function requestsOf({ requests, writes, each }: LoadJob, connection: number, result: LoadResult): ClientRequest[] {
  if (writes === undefined && each === undefined) {
    const turn = Math.floor((connection * requests.length) / 7) % requests.length
    return [...requests.slice(turn), ...requests.slice(0, turn)].map((request) => ({ ...request }))
  }
  // Each connection is a different student, because a start ends the same student's running record.
  const start = requests[connection % requests.length] as WireRequest
  if (each === 'student') return [{ ...start }]
  if (writes === 'batch') return [{ ...start, setupRequest: (request) => ({ ...request, body: withNewKeys(start) }) }]
  let id = 0
  const started: ClientRequest = {
    ...start,
    onResponse: (status, body) => {
      id = Number(/"id":\s*(\d+)/.exec(body)?.[1])
      if (status === 201) result.started.push(id)
    },
  }
  if (writes === 'start') return [started]
  const stop: ClientRequest = {
    method: 'PUT',
    headers: start.headers,
    setupRequest: (request) => ({ ...request, path: `${start.path}${id}` }),
    onResponse: (status) => {
      if (status === 200) result.stopped.push(id)
    },
  }
  return [started, stop]
}

/** With the keys of an earlier batch, the service would treat it as a repeat. */
function withNewKeys({ body = '' }: WireRequest): string {
  return body.replaceAll(batchKeyStem, randomUUID())
}

/** Open loop: the rate does not drop if the server is slow. */
function startFlood(
  origin: string,
  { perSecond, requests }: NonNullable<LoadJob['flood']>,
  answers: LoadResult['flooded'],
) {
  const agent = new Agent({ keepAlive: true })
  const begun = performance.now()
  let sent = 0
  const count = (status: number) => {
    answers[status] = (answers[status] ?? 0) + 1
  }
  const timer = setInterval(() => {
    for (const due = ((performance.now() - begun) / 1000) * perSecond; sent < due; sent++) {
      const { method, path, headers } = requests[sent % requests.length] as WireRequest
      const call = httpRequest(`${origin}${path}`, { method, headers, agent }, (answer) => {
        count(answer.statusCode ?? 0)
        answer.resume()
      })
      call.on('error', () => undefined).end()
    }
  }, 5)
  return {
    stop() {
      clearInterval(timer)
      answers.none = sent - Object.values(answers).reduce((sum, number) => sum + number, 0)
      agent.destroy()
    },
  }
}
