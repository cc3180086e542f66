import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

export interface TerminalPrompt {
  /** One line of the person's, or of the input when nobody sits there; undefined at its end. */
  ask(question: string, options?: { hidden?: boolean }): Promise<string | undefined>
  close(): void
}

type Input = NodeJS.ReadableStream & { isTTY?: boolean }

/** Asks on `output`. What is hidden is not echoed, neither while it is typed nor after. */
export function createTerminalPrompt(input: Input, output: NodeJS.WritableStream): TerminalPrompt {
  // Echo is off but for a question that allows it, so that what is typed ahead of a hidden one stays hidden too.
  let echoing = false
  const screen = new Writable({
    write(chunk, _encoding, done) {
      if (echoing) output.write(chunk)
      done()
    },
  })
  const lines = createInterface({ input, output: screen, terminal: input.isTTY === true, historySize: 0 })
  lines.on('line', () => {
    echoing = false
  })
  const answers = lines[Symbol.asyncIterator]()
  // Input that is no terminal may end before it is asked for; its lines are kept.
  let ended = false
  lines.on('close', () => {
    ended = true
  })

  return {
    async ask(question, { hidden = false } = {}) {
      echoing = !hidden
      if (hidden) output.write(question)
      lines.setPrompt(hidden ? '' : question)
      if (!ended) lines.prompt()
      const answer = await answers.next()
      // The line feed that the person typed was hidden as well.
      if (hidden) output.write('\n')
      return answer.done ? undefined : answer.value
    },
    close: () => lines.close(),
  }
}
