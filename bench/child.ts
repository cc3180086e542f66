import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'

/** Whether processes can be pinned to cores on this system (Linux with util-linux). */
export const canPin = spawnSync('taskset', ['-p', String(process.pid)], { stdio: 'ignore' }).status === 0

export interface ChildOptions {
  /** The cores that it may use, in taskset's syntax. Ignored if there is no taskset. */
  cores: string
  env?: NodeJS.ProcessEnv
  /** The file for its output. Without one, it communicates with this process by messages. */
  log?: string
}

/** Starts Node.js in a separate process group. Ctrl-C then reaches only the benchmark, which ends its children itself. */
export function startChild(words: string[], { cores, env, log }: ChildOptions): ChildProcess {
  const [command = '', ...rest] = canPin
    ? ['taskset', '-c', cores, process.execPath, ...words]
    : [process.execPath, ...words]
  const output = log === undefined ? undefined : openSync(log, 'w')
  const child = spawn(command, rest, {
    env: { ...process.env, ...env },
    detached: true,
    stdio: output === undefined ? ['ignore', 'ignore', 'inherit', 'ipc'] : ['ignore', output, output],
    serialization: 'advanced',
  })
  if (output !== undefined) closeSync(output)
  return child
}

export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

export interface Usage {
  /** Processor time since the start, in seconds. */
  cpuSeconds: number
  residentBytes: number
}

const ticksPerSecond = 100
const pageSize = 4096

/** The usage of a process and its children together. Undefined if there is no /proc. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    const usage = {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
      residentBytes: Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * pageSize,
    }
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
    for (const child of children.map((id) => usageOf(Number(id)))) {
      usage.cpuSeconds += child?.cpuSeconds ?? 0
      usage.residentBytes += child?.residentBytes ?? 0
    }
    return usage
  } catch {
    return undefined
  }
}
