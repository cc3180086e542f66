/** A request as the load generator sends it. */
export interface WireRequest {
  method: 'GET' | 'POST' | 'PUT'
  path: string
  headers: Record<string, string>
  body?: string
}

/** What the load generator is asked to do, once. */
export interface LoadJob {
  origin: string
  seconds: number
  connections: number
  /** Each connection sends all of them in turn, each beginning at another one. */
  requests: WireRequest[]
  /** `start`: the requests start records, and ids are kept; `stop`: each record is also ended, before the next is started. */
  writes?: 'start' | 'stop' | undefined
  /** Sent besides, evenly and without waiting for answers. */
  flood?: { perSecond: number; requests: WireRequest[] } | undefined
}

export interface LoadResult {
  seconds: number
  /** In milliseconds, one an answer. */
  latencies: Float64Array
  statuses: Record<string, number>
  /** Connections that broke and requests that ran out of time. */
  errors: number
  /** Records that the server has acknowledged: started, and ended. */
  started: number[]
  stopped: number[]
  /** Answers to the flood, by status; `none` for what was not answered by the end. */
  flooded: Record<string, number>
}

/** What the bare server answers with. */
export interface Sample {
  status: number
  headers: Record<string, string>
  body: string
}
