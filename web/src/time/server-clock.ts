export interface DeviceClocks {
  /** Milliseconds that never decrease. They may stand still while the device sleeps. */
  monotonic(): number
  /** Milliseconds since 1970 by the device's clock, which may be wrong. */
  wall(): number
}

/**
 * The service's time, from the `Date` of its responses and the monotonic clock. If a request was sent at `a`, its response was read at
 * `b`, and `Date` is the second `s`, the service's clock is ahead of the monotonic clock by at min `s - b` and at most `s + 1 - a`.
 * The intersection of all these intervals is narrower than any of them.
 */
export class ServerClock {
  readonly #clocks: DeviceClocks
  #minAhead: number
  #maxAhead: number
  #hiddenAt: { monotonic: number; wall: number } | undefined

  /** @param wallAhead how far the service's clock was ahead of the device's at the last response, in ms */
  constructor(clocks: DeviceClocks, wallAhead = 0) {
    this.#clocks = clocks
    const ahead = clocks.wall() + wallAhead - clocks.monotonic()
    this.#minAhead = ahead - 86_400_000_000
    this.#maxAhead = ahead + 86_400_000_000
  }

  /** @param second the response's `Date` in ms; `sentAt` and `readAt` are monotonic */
  addResponse(second: number, sentAt: number, readAt: number): void {
    const [min, max] = [second - readAt, second + 1000 - sentAt]
    const [narrowMin, narrowMax] = [Math.max(this.#minAhead, min), Math.min(this.#maxAhead, max)]
    const overlaps = narrowMin <= narrowMax
    this.#minAhead = overlaps ? narrowMin : min
    this.#maxAhead = overlaps ? narrowMax : max
  }

  /** Seconds since 1970. */
  now(): number {
    return (this.#clocks.monotonic() + (this.#minAhead + this.#maxAhead) / 2) / 1000
  }

  /** To be stored for a start of the app offline, in ms. */
  wallAhead(): number {
    return this.now() * 1000 - this.#clocks.wall()
  }

  hide(): void {
    this.#hiddenAt = { monotonic: this.#clocks.monotonic(), wall: this.#clocks.wall() }
  }

  /** If the device slept, the monotonic clock may have stood still. Then the wall clock's difference is used. */
  show(): void {
    if (this.#hiddenAt === undefined) return
    const passed = this.#clocks.monotonic() - this.#hiddenAt.monotonic
    const missed = this.#clocks.wall() - this.#hiddenAt.wall - passed
    this.#hiddenAt = undefined
    if (missed < 2000) return
    this.#minAhead += missed
    this.#maxAhead += missed
  }
}
