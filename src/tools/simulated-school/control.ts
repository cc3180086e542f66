import type { Campus } from './campus.ts'
import type { FaultSwitch } from './faults/fault.ts'
import { FaultTextError, parseFault } from './faults/fault-text.ts'
import type { LogEntry } from './log-entry.ts'
import type { Answer } from './pages/answer.ts'
import { parseStudent, StudentListError } from './students/student-list.ts'

export const controlPath = '/__control'

export interface Controls {
  campus: Campus
  faults: FaultSwitch
  requests: readonly LogEntry[]
}

export interface ControlCall {
  method: string
  address: string
  body: string
}

/** Accepts only GET, PUT and DELETE. A page of another origin cannot send PUT or DELETE without a CORS preflight. */
export function answerControl(controls: Controls, call: ControlCall): Answer {
  try {
    const said = said200(controls, call)
    return said === undefined
      ? say(404, { error: 'GET /__control, PUT|DELETE /__control/fault, PUT /__control/student' })
      : say(200, said)
  } catch (error) {
    if (error instanceof FaultTextError || error instanceof StudentListError) return say(400, { error: error.message })
    throw error
  }
}

function said200({ campus, faults, requests }: Controls, { method, address, body }: ControlCall): object | undefined {
  switch (`${method} ${address}`) {
    case `GET ${controlPath}`:
      return {
        dialect: campus.dialect,
        fault: faults.on ?? null,
        seen: campus.seen,
        students: numbersOf(campus),
        requests,
      }
    case `PUT ${controlPath}/fault`:
      faults.set(parseFault(body.trim()))
      return { fault: faults.on }
    case `DELETE ${controlPath}/fault`:
      faults.set(undefined)
      return { fault: null }
    case `PUT ${controlPath}/student`:
      campus.register.add(parseStudent(body))
      return { students: numbersOf(campus) }
    default:
      return undefined
  }
}

function numbersOf({ register }: Campus): string[] {
  return register.list.map(({ studentNumber }) => studentNumber)
}

function say(status: number, value: object): Answer {
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  return { status, headers, body: Buffer.from(`${JSON.stringify(value)}\n`) }
}
