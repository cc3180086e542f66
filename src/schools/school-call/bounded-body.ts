import type { Dispatcher } from 'undici'
import { SchoolError } from './school-error.ts'

type Body = Dispatcher.ResponseData['body']

/** Reads the whole body. Stops as soon as it is known to be longer than allowed. */
export async function readBody(body: Body, announced: unknown, mostBytes: number, call: string): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  if (Number(announced) > mostBytes) throw dropBody(body, tooLarge(call, mostBytes))
  for await (const chunk of body) {
    length += chunk.length
    if (length > mostBytes) throw tooLarge(call, mostBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Discards a body that is not needed and returns the reason. */
export function dropBody(body: Body, reason: SchoolError): SchoolError {
  body.on('error', () => {}).destroy()
  return reason
}

function tooLarge(call: string, mostBytes: number): SchoolError {
  return new SchoolError('too-large', `${call}: more than ${mostBytes} bytes`)
}
