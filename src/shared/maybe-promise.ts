/** SQLite answers at once, PostgreSQL later: `await` takes either, and `andThen` waits only where there is something to wait for. */
export type MaybePromise<T> = T | Promise<T>

export function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}
