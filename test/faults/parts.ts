import { execFile } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { serveBesideNeighbours } from './beside-neighbours.ts'
import { withFaultedPlace } from './faulted-place.ts'
import { killWithRepeats } from './kill-with-repeats.ts'
import { killOnBothDatabases } from './long-kills.ts'
import { assertFilesStayOpen } from './opened-files.ts'
import { cutFirstStart, cutRepeatedly } from './power-cut.ts'
import { buildPreload, withoutPreload } from './preload.ts'
import { assertSyncBeforeResponse, withoutStrace } from './sync-before-response.ts'

type Run = (report: (line: string) => void, rounds: number) => Promise<void>

export interface Part {
  name: string
  /** The reason why it cannot run here. */
  skip?(): string | false
  /** @throws AssertionError at a loss */
  run: Run
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Used where several processes matter. */
const workerCounts = [1, 2]

export const parts: readonly Part[] = [
  { name: 'kills', run: killOnBothDatabases },
  { name: 'repeats', run: repeats },
  { name: 'neighbours', run: besideNeighbours },
  { name: 'power-cuts', skip: () => withoutPreload, run: powerCuts },
  { name: 'first-start', skip: () => withoutPreload, run: firstStarts },
  { name: 'opened-files', skip: () => withoutPreload, run: openedFiles },
  { name: 'sync-before-response', skip: () => withoutStrace, run: syncs },
  ofTestFiles('logs', 'test/http/logs*.test.ts'),
  ofTestFiles('clock', 'test/**/clock-*.test.ts'),
  fromFile('postgres', 'postgresFaults'),
  fromFile('disk', 'diskFaults'),
  fromFile('backup', 'backupFaults'),
]

async function repeats(report: (line: string) => void, rounds: number): Promise<void> {
  for (const workers of workerCounts) {
    const kills = Math.ceil(rounds / 10)
    const found = await withFaultedPlace(workers, (place) => killWithRepeats(place, kills))
    report(
      `${workers} workers, ${kills} kills: ${found.starts} starts with keys, ${found.repeated} sent again, none stored twice`,
    )
  }
}

async function besideNeighbours(report: (line: string) => void, rounds: number): Promise<void> {
  for (const workers of workerCounts) {
    const each = Math.ceil(rounds / 20)
    const found = await withFaultedPlace(workers, (place) => serveBesideNeighbours(place, each))
    report(`${workers} workers, ${each} rounds: ${found.acknowledged} acknowledged writes kept, ${found.polls} polls`)
  }
}

async function powerCuts(report: (line: string) => void, rounds: number): Promise<void> {
  for (const workers of workerCounts) {
    // Long enough for some checkpoints of the write-ahead log.
    const plan = { workers, cuts: Math.ceil(rounds / 10), longest: 8000 }
    const found = await withLibrary((root, library) => cutRepeatedly({ root, library, ...plan }))
    report(
      `${workers} workers, ${found.cuts} cuts: ${found.acknowledged} acknowledged writes kept, ${found.syncs} syncs`,
    )
  }
}

async function firstStarts(report: (line: string) => void): Promise<void> {
  for (const workers of workerCounts) {
    const cuts = await withLibrary((root, library) => cutFirstStart({ root, library, workers, step: 1 }))
    report(`${workers} workers, cut at each of ${cuts} syncs: each starts again`)
  }
}

async function openedFiles(report: (line: string) => void): Promise<void> {
  // Longer than the period of the service's background jobs.
  for (const workers of workerCounts) {
    const polls = await withFaultedPlace(workers, (place) => assertFilesStayOpen(place, 20))
    report(`${workers} workers, ${polls} polls: the files of the database were not opened, the locks stayed`)
  }
}

async function syncs(report: (line: string) => void, rounds: number): Promise<void> {
  const answers = await withFaultedPlace(1, (place) => assertSyncBeforeResponse(place, rounds))
  report(`${answers} responses, each after its sync`)
}

async function withLibrary<T>(work: (root: string, library: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'occupy-power-'))
  try {
    return await work(root, await buildPreload('power-cut', root))
  } finally {
    await rm(root, { recursive: true })
  }
}

/** The exported function of a part in its own file, `NAME-faults.ts`. */
function fromFile(name: string, exported: string): Part {
  const file = new URL(`./${name}-faults.ts`, import.meta.url)
  return {
    name,
    skip: () => !existsSync(file) && 'there is no such file yet',
    run: async (report, rounds) => ((await import(file.href)) as Record<string, Run>)[exported]?.(report, rounds),
  }
}

/** Tests without a longer version: they are in other files, and run as they are. */
function ofTestFiles(name: string, pattern: string): Part {
  const files = globSync(pattern, { cwd: root })
  return {
    name,
    skip: () => files.length === 0 && `no file is named ${pattern}`,
    run: async (report) => {
      await promisify(execFile)(process.execPath, ['--test', ...files], { cwd: root })
      report(files.join(', '))
    },
  }
}
