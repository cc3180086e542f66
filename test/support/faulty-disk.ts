import { execFile } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What writes meet while it lasts. */
export interface DiskFault {
  begin(): Promise<void>
  end(): Promise<void>
}

/** A file system of its own at `folder`, or the reason why there is none. */
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

/** Another file takes all the space that is left. */
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

/** Every write to a file fails (EFBIG) while reads go on, as on a disk that became read-only. Needs no root, but util-linux. */
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
