import type { StudentVerifier } from './verifier.ts'

/** An adapter that is loaded with the first login: its libraries would take a third of the time that the service needs to start. */
export function deferVerifier(open: () => Promise<Required<StudentVerifier>>): StudentVerifier {
  let opened: ReturnType<typeof open> | undefined
  const inner = () => {
    opened ??= open()
    return opened
  }
  return {
    verify: async (proof, ask) => (await inner()).verify(proof, ask),
    issueChallenge: async (ask) => (await inner()).issueChallenge(ask),
    doubt: () => void opened?.then((verifier) => verifier.doubt()),
    close: async () => (await opened)?.close(),
  }
}
