import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { openService } from '../../src/server/open-storage.ts'
import { audit } from './audit.ts'
import { acknowledgedBy, registerStudents, type Student, study } from './student.ts'
import { freePort, type Place, startVictim } from './victim.ts'

/** A folder of which only what was synced survives a power cut; see power-cut.c. */
export interface Disk {
  folder: string
  shadow: string
}

export async function newDisk(root: string): Promise<Disk> {
  return { folder: await mkdtemp(join(root, 'disk-')), shadow: await mkdtemp(join(root, 'kept-')) }
}

/** The environment of processes that write to the disk; the `after`th sync cuts the power. */
export function powered(disk: Disk, library: string, after?: number): Record<string, string> {
  const { folder, shadow } = disk
  const cut = after === undefined ? undefined : { POWER_CUT_AFTER: String(after) }
  return { LD_PRELOAD: library, POWER_CUT_FOLDER: folder, POWER_CUT_SHADOW: shadow, ...cut }
}

/** What a cut leaves, once no process writes any more: another disk. The first one is removed. */
export async function leftOn({ folder, shadow }: Disk, root: string): Promise<Disk> {
  const left = await newDisk(root)
  const names = (await readFile(join(shadow, 'names'), 'utf8')).split('\n').filter((line) => line !== '')
  for (const line of names) {
    const [key = ''] = line.split(' ', 1)
    const target = join(left.folder, line.slice(key.length + 1))
    // The name may be synced of a file whose content never was.
    await copyFile(join(shadow, key), target).catch(() => writeFile(target, '', { mode: 0o600 }))
  }
  for (const gone of [folder, shadow]) await rm(gone, { recursive: true })
  return left
}

/** The number of syncs of the disk. */
export async function syncsOf({ shadow }: Disk): Promise<number> {
  return (await stat(join(shadow, 'syncs'))).size
}

export interface CutFindings {
  cuts: number
  /** Starts and stops that were acknowledged before a cut. */
  acknowledged: number
  syncs: number
}

export interface CutPlan {
  root: string
  /** See power-cut.c. */
  library: string
  workers: number
  cuts: number
  /** The longest load before a cut, in milliseconds. */
  longest: number
}

/** Cuts the power under write load, serves what is left, audits it and continues, with a secret that the service creates. @throws AssertionError at the first loss */
export async function cutRepeatedly({ root, library, workers, cuts, longest }: CutPlan): Promise<CutFindings> {
  const found: CutFindings = { cuts: 0, acknowledged: 0, syncs: 0 }
  const server = { port: await freePort(), workers }
  let disk = await newDisk(root)
  let students: Student[] = []
  for (; found.cuts < cuts; found.cuts++) {
    const victim = await startVictim(placeOn(disk, server, powered(disk, library)))
    try {
      if (found.cuts === 0) students = await registerStudents(victim.origin)
      else await audit(victim.origin, students)
      const clients = students.map((student) => study(victim.origin, student))
      await setTimeout(Math.random() * longest)
      await victim.kill('all')
      await Promise.all(clients)
    } finally {
      await victim.kill('all')
    }
    found.syncs += await syncsOf(disk)
    disk = await leftOn(disk, root)
  }
  const restarted = await startVictim(placeOn(disk, server, {}))
  try {
    await audit(restarted.origin, students)
  } finally {
    await restarted.kill('all')
  }
  return { ...found, acknowledged: acknowledgedBy(students) }
}

/** An empty SECRET lets the service create its own. */
function placeOn({ folder }: Disk, server: Pick<Place, 'port' | 'workers'>, settings: Record<string, string>): Place {
  return { folder, databaseUrl: `file:${databaseOn(folder)}`, ...server, settings: { ...settings, SECRET: '' } }
}

const databaseOn = (folder: string) => join(folder, 'test.sqlite')

/**
 * Cuts the power during a service's very first start at every `step`th sync, until a start gets ready before its cut: between two syncs nothing else is stored.
 * @throws what the next start throws. @returns the number of cuts
 */
export async function cutFirstStart(plan: Omit<CutPlan, 'cuts' | 'longest'> & { step: number }): Promise<number> {
  const { root, library, workers, step } = plan
  const server = { port: await freePort(), workers }
  for (let cuts = 0, after = 1 + Math.floor(Math.random() * step); ; cuts++, after += step) {
    const disk = await newDisk(root)
    const victim = await startVictim(placeOn(disk, server, powered(disk, library, after))).catch(unlessCut)
    await victim?.kill('all')
    const { folder } = await leftOn(disk, root)
    const { storage } = await openService({ database: { kind: 'sqlite', path: databaseOn(folder) }, secret: undefined })
    await storage.close()
    if (victim !== undefined) return cuts
  }
}

function unlessCut(error: Error): undefined {
  if (!(error.cause instanceof Error && error.cause.message.includes('SIGKILL'))) throw error
}
