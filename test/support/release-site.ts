import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { freePort } from '../faults/victim.ts'
import { makeInstalledCopy } from './installed-copy.ts'
import { makePlace } from './running-service.ts'

export interface ReleaseSite {
  /** Corresponds to /opt/occupy on a server. */
  root: string
  ports: number[]
  /** Adds a tag to the repository, after replacing texts in files. */
  tag(name: string, changes: Record<string, readonly [from: string, to: string]>): Promise<void>
  upgrade(tag: string, settings?: Record<string, string>): Promise<{ code: number | null; said: string }>
  /** The complete log of the instance at this port. */
  log(port: number): Promise<string>
  remove(): Promise<void>
}

const script = join(import.meta.dirname, '../../deploy/upgrade.sh')

/** A substitute for `npm ci`. It copies packages that are already there and then runs the build, as `npm ci` does. */
const npm = `#!/bin/sh
echo "npm $*" >> "$OCCUPY_ROOT/npm.log"
cp -R "$OCCUPY_ROOT/packages" node_modules && exec node_modules/.bin/node scripts/build.mjs
`

/** A substitute for systemd. It ends the unit's process, waits for it, and starts the release that `current` points to. */
const restart = `#!/bin/bash
port=\${1#occupy@}
cd "$OCCUPY_ROOT"
if [ -f "$port.pid" ]; then
  pid=$(cat "$port.pid"); kill "$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
fi
PORT=$port setsid current/node_modules/.bin/node current/dist/main.js serve >> "$port.log" 2>&1 < /dev/null &
echo $! > "$port.pid"
`

/** Sets up release v1 with two instances on one database. */
export async function openReleaseSite(): Promise<ReleaseSite> {
  const place = await makePlace()
  const root = join(place.folder, 'site')
  const repository = join(root, 'repository')
  const ports = [await freePort(), await freePort()]
  await layOut(root, repository)
  const env = {
    ...{ PATH: `${join(root, 'bin')}:${process.env.PATH}`, DATABASE_URL: place.databaseUrl, THROTTLE: 'off' },
    ...{ SECRET: 'both instances of the test share it', OCCUPY_ROOT: root, OCCUPY_SOURCE: `file://${repository}` },
    OCCUPY_RESTART: join(root, 'restart.sh'),
    OCCUPY_INSTANCES: ports.map((port) => `occupy@${port}=http://127.0.0.1:${port}`).join(' '),
  }
  const upgrade: ReleaseSite['upgrade'] = async (tag, settings = {}) => {
    const child = spawn(script, [tag], { env: { ...env, ...settings }, stdio: ['ignore', 'ignore', 'pipe'] })
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    return { code, said }
  }
  return {
    root,
    ports,
    tag: (name, changes) => commit(repository, name, changes),
    upgrade,
    log: (port) => readFile(join(root, `${port}.log`), 'utf8'),
    remove: async () => {
      for (const port of ports) await end(Number(await readFile(join(root, `${port}.pid`), 'utf8').catch(() => '')))
      await place.remove()
    },
  }
}

async function layOut(root: string, repository: string): Promise<void> {
  const copy = await makeInstalledCopy()
  const packages = join(copy.folder, 'node_modules')
  await mkdir(join(packages, '.bin'), { recursive: true })
  await symlink('../node/bin/node', join(packages, '.bin/node'))
  for (const folder of ['bin', 'releases/v0']) await mkdir(join(root, folder), { recursive: true })
  await rename(packages, join(root, 'packages'))
  await symlink('releases/v0', join(root, 'current'))
  await writeFile(join(root, 'bin/npm'), npm, { mode: 0o755 })
  await writeFile(join(root, 'restart.sh'), restart, { mode: 0o755 })
  await rm(copy.npm)
  await cp(copy.folder, repository, { recursive: true })
  await copy.remove()
  git(repository, ['init', '--quiet'])
}

async function commit(repository: string, tag: string, changes: Record<string, readonly [string, string]>) {
  for (const [path, [from, to]] of Object.entries(changes)) {
    const file = join(repository, path)
    const old = await readFile(file, 'utf8')
    if (!old.includes(from)) throw new Error(`${path} does not hold ${from}`)
    await writeFile(file, old.replace(from, to))
  }
  git(repository, ['add', '--all'])
  git(repository, ['-c', 'user.name=test', '-c', 'user.email=test@localhost', 'commit', '--quiet', '--message', tag])
  git(repository, ['tag', tag])
}

function git(folder: string, args: string[]): void {
  const { status, stderr } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
}

async function end(pid: number): Promise<void> {
  try {
    if (pid > 0) for (process.kill(pid, 'SIGTERM'); ; await setTimeout(20)) process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
