// Finds and removes what a finished or killed test run leaves behind. Works on Node.js 20 or later.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'occupy-tests-'
/** How long killed processes may take to end on a busy machine. */
const patienceMs = 30_000
const pauseMs = 20

/** Creates a folder for the tests' temporary files. Its name contains the id of this process. */
export function openRunFolder() {
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`))
  mkdirSync(join(folder, 'tmp'))
  // A PostgreSQL server started by root runs as another user.
  for (const path of [folder, join(folder, 'tmp')]) chmodSync(path, 0o711)
  return folder
}

/** Removes the folders of runs whose process has ended, and ends the processes that still use them. */
export function removeDeadRuns() {
  for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith(prefix))) {
    const pid = Number(name.slice(prefix.length).split('-')[0])
    if (pid > 0 && !isAlive(pid)) removeRun(join(tmpdir(), name))
  }
}

/**
 * Ends every process, except this one, that is in the process group, has the run's environment variable, or has its working
 * directory in the folder. Then removes the folder.
 * @param {string} folder
 * @param {number} [group]
 * @returns {string[]} descriptions of what was left. Empty after a run that cleaned up after itself
 */
export function removeRun(folder, group) {
  const left = new Map()
  for (const begun = performance.now(); performance.now() - begun < patienceMs; ) {
    const processes = processesOf(folder, group)
    if (processes.length === 0) break
    for (const { pid, command } of processes) {
      left.set(pid, `process ${pid}: ${command}`)
      signal(pid)
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
  }
  const mounts = mountsBelow(folder)
  for (const mount of mounts) execFileSync('umount', ['-l', mount])
  removeSharedMemory(folder)
  const files = filesIn(join(folder, 'tmp'))
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  } catch {
    // The folder belongs to another user, who has to remove it.
  }
  return [...left.values(), ...mounts.map((mount) => `mount ${mount}`), ...files.map((file) => `file ${file}`)]
}

/** PostgreSQL allocates a shared memory segment per cluster and cannot free it when it is killed. */
export function removeSharedMemory(folder) {
  for (const file of filesIn(folder, { recursive: true }).filter((file) => file.endsWith('postmaster.pid'))) {
    try {
      const [, segment] = readFileSync(join(folder, file), 'utf8').split('\n')[6].trim().split(/\s+/)
      execFileSync('ipcrm', ['-m', segment], { stdio: 'ignore' })
    } catch {
      // The segment is already gone, or this system has none.
    }
  }
}

function filesIn(folder, options) {
  try {
    return readdirSync(folder, options)
  } catch {
    return []
  }
}

/** Supports only Linux. Elsewhere the processes of a killed run may be left running. */
function processesOf(folder, group) {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => belongs(name, folder, group))
    .map((name) => ({ pid: Number(name), command: commandOf(name) }))
}

function belongs(pid, folder, group) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z') return false
    return (
      Number(processGroup) === group ||
      `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${folder}/`) ||
      readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TEST_RUN_FOLDER=${folder}\0`)
    )
  } catch {
    return false
  }
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

function mountsBelow(folder) {
  if (process.platform !== 'linux') return []
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  return points.filter((point) => point.startsWith(`${folder}/`))
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function signal(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // The process has already ended, or belongs to another user.
  }
}
