import { execFile } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A condition under which writes to disk fail. */
export interface DiskFault {
  begin(): Promise<void>
  end(): Promise<void>
}

/** Mounts a small file system at `folder`, or returns the reason why that is not possible. */
export async function mountSmallDisk(
  folder: string,
  kibibytes: number,
): Promise<{ unmount(): Promise<void> } | string> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'occupy-test', folder])
  } catch {
    return 'mounting a small file system needs root'
  }
  return { unmount: async () => void (await run('umount', [folder])) }
}

/** Fills the disk with another file. */
export function fullDisk(folder: string): DiskFault {
  const ballast = join(folder, 'ballast')
  const begin = async () => {
    const file = await open(ballast, 'w')
    try {
      for (;;) await file.write(Buffer.alloc(4096))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    } finally {
      await file.close()
    }
  }
  return { begin, end: () => rm(ballast) }
}

/** Makes every write to a file fail (EFBIG) but not reads, like a disk that became read-only. Needs util-linux, but not root. */
export function refusedWrites(pid: number): DiskFault {
  const limit = async (bytes: string) =>
    void (await run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]))
  return { begin: () => limit('0'), end: () => limit('unlimited') }
}

export async function canRefuseWrites(): Promise<boolean> {
  return run('prlimit', ['--version']).then(
    () => true,
    () => false,
  )
}
