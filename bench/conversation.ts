import type { ChildProcess } from 'node:child_process'

/** Sends `message`, if there is one, and returns the child's next message. */
export function ask<T>(child: ChildProcess, message?: object): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const settle = (finish: () => void) => {
      child.off('message', onMessage).off('exit', gone)
      finish()
    }
    const onMessage = (answer: { result: T; error?: string }) =>
      settle(() => (answer.error === undefined ? resolve(answer.result) : reject(new Error(answer.error))))
    const gone = () => settle(() => reject(new Error('a process of the benchmark ended early')))
    child.on('message', onMessage).on('exit', gone)
    if (message) child.send(message)
  })
}
