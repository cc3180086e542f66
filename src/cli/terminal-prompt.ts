import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

export interface TerminalPrompt {
  /** Reads one line from the terminal or the piped input. Undefined at the end of the input. */
  ask(question: string, options?: { hidden?: boolean }): Promise<string | undefined>
  close(): void
}

type Input = NodeJS.ReadableStream & { isTTY?: boolean }

/** Writes prompts to `output`. Hidden input is not echoed, neither while it is typed nor later. */
export function createTerminalPrompt(input: Input, output: NodeJS.WritableStream): TerminalPrompt {
  // Echo is on only during a question that allows it, so that input typed ahead of a hidden question stays hidden too.
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
  // Piped input may end before a question is asked. Its lines are still available.
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
      // The typed line feed was hidden as well.
      if (hidden) output.write('\n')
      return answer.done ? undefined : answer.value
    },
    close: () => lines.close(),
  }
}
