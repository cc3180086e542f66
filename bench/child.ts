import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'

/** Whether processes can be kept to one core each here (Linux with util-linux). */
export const canPin = spawnSync('taskset', ['-p', String(process.pid)], { stdio: 'ignore' }).status === 0

export interface ChildOptions {
  /** Which cores it may use, as taskset takes them; any where there is no taskset. */
  cores: string
  env?: NodeJS.ProcessEnv
  /** The file that its output goes to; without one it talks to this process by messages. */
  log?: string
}

/** A Node process in a group of its own: Ctrl-C is for the bench, which ends its children itself. */
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
  /** Processor time since its start, in seconds. */
  cpuSeconds: number
  residentBytes: number
}

const ticksPerSecond = 100
const pageSize = 4096

/** Of a process and its children, together; undefined where there is no /proc. */
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
