export interface DeviceClocks {
  /** Milliseconds that only ever grow, and stand still where the device sleeps. */
  monotonic(): number
  /** What the phone believes the time is: never taken for the time itself. */
  wall(): number
}

/**
 * The service's time, from the `Date` of its answers and the monotonic clock. An answer to a question that was sent at `a` and read at
 * `b`, and that says the second `s`, was written while the service's clock was within that second: so its clock is ahead of the
 * monotonic one by at least `s - b` and at most `s + 1 - a`. What all answers leave open is narrower than any of them.
 */
export class ServerClock {
  readonly #clocks: DeviceClocks
  #least: number
  #most: number
  #hiddenAt: { monotonic: number; wall: number } | undefined

  /** @param wallAhead how far the service's clock was ahead of the phone's when they last met, in ms */
  constructor(clocks: DeviceClocks, wallAhead = 0) {
    this.#clocks = clocks
    const ahead = clocks.wall() + wallAhead - clocks.monotonic()
    this.#least = ahead - 86_400_000_000
    this.#most = ahead + 86_400_000_000
  }

  /** @param second the answer's `Date` in ms; `sentAt` and `readAt` are monotonic */
  note(second: number, sentAt: number, readAt: number): void {
    const [least, most] = [second - readAt, second + 1000 - sentAt]
    const [narrowLeast, narrowMost] = [Math.max(this.#least, least), Math.min(this.#most, most)]
    const agrees = narrowLeast <= narrowMost
    this.#least = agrees ? narrowLeast : least
    this.#most = agrees ? narrowMost : most
  }

  /** Seconds since 1970. */
  now(): number {
    return (this.#clocks.monotonic() + (this.#least + this.#most) / 2) / 1000
  }

  /** To be kept for a start without a network. */
  wallAhead(): number {
    return this.now() * 1000 - this.#clocks.wall()
  }

  hide(): void {
    this.#hiddenAt = { monotonic: this.#clocks.monotonic(), wall: this.#clocks.wall() }
  }

  /** The monotonic clock of a phone that slept has missed that time: here the wall clock's difference is the better one. */
  show(): void {
    if (this.#hiddenAt === undefined) return
    const passed = this.#clocks.monotonic() - this.#hiddenAt.monotonic
    const missed = this.#clocks.wall() - this.#hiddenAt.wall - passed
    this.#hiddenAt = undefined
    if (missed < 2000) return
    this.#least += missed
    this.#most += missed
  }
}
