/** A request as the load generator sends it. */
export interface WireRequest {
  method: 'GET' | 'POST' | 'PUT'
  path: string
  headers: Record<string, string>
  body?: string
}

/** A placeholder for the keys of a batch, replaced before sending. */
export const batchKeyStem = 'KEY-OF-THIS-BATCH'

/** One job for the load generator. */
export interface LoadJob {
  origin: string
  seconds: number
  connections: number
  /** Each connection sends all of them in turn, starting at a different one. */
  requests: WireRequest[]
  /** Each connection sends only one of the requests: that of its student. */
  each?: 'student' | undefined
  /**
   * `start`: the requests start records, and their ids are collected. `stop`: each record is ended before the next starts.
   * `batch`: the requests are batches, sent with new keys each time.
   */
  writes?: 'start' | 'stop' | 'batch' | undefined
  /** Additional requests, sent at a constant rate without waiting for responses. */
  flood?: { perSecond: number; requests: WireRequest[] } | undefined
}

export interface LoadResult {
  seconds: number
  /** In milliseconds, one per response. */
  latencies: Float64Array
  statuses: Record<string, number>
  /** Broken connections and timed-out requests. */
  errors: number
  /** Ids of the records whose start, and whose end, the server has acknowledged. */
  started: number[]
  stopped: number[]
  /** Responses to the flood, by status. `none` counts requests without a response by the end. */
  flooded: Record<string, number>
}

/** The bare server's response. */
export interface Sample {
  status: number
  headers: Record<string, string>
  body: string
}
