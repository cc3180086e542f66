import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { cutFirstStart, cutRepeatedly, leftOn, newDisk, powered } from './power-cut.ts'
import { buildPreload, withoutPreload } from './preload.ts'

// PostgreSQL's own durability in a power cut is not tested here.
const onSqlite = process.env.TEST_POSTGRES_URL === undefined ? test : () => undefined
const options = { skip: withoutPreload }
let root = ''
let library = ''
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'occupy-power-'))
  if (!withoutPreload) library = await buildPreload('power-cut', root)
})
after(() => rm(root, { recursive: true }))

onSqlite('the simulated disk keeps exactly what was synced, content and names', options, async () => {
  const first = await newDisk(root)
  const script = `
    const write = (name, text, synced) => {
      const fd = fs.openSync(name, 'w', 0o600)
      fs.writeSync(fd, text)
      if (synced) fs.fsyncSync(fd)
      return fd
    }
    const syncFolder = () => fs.fsyncSync(fs.openSync('.', 'r'))
    const fd = write('grown', 'kept', true)
    write('unsynced', 'lost', false)
    write('removed', 'kept', true)
    write('renamed', 'kept', true)
    syncFolder()
    fs.writeSync(fd, ', lost')
    write('unnamed', 'lost', true)
    fs.unlinkSync('removed')
    fs.renameSync('renamed', 'anew')`
  const left = await onDisk(first, script)
  assert.deepEqual(await contentOf(left.folder), { grown: 'kept', unsynced: '', removed: 'kept', renamed: 'kept' })
  const second = await onDisk(left, `fs.unlinkSync('removed'); fs.writeFileSync('grown', ''); ${syncNow}`)
  assert.deepEqual(await contentOf(second.folder), { grown: '', unsynced: '', renamed: 'kept' })
})

const syncNow = `for (const name of ['grown', '.']) fs.fsyncSync(fs.openSync(name, 'r'))`

async function onDisk(disk: Awaited<ReturnType<typeof newDisk>>, script: string) {
  const env = { ...process.env, ...powered(disk, library) }
  await promisify(execFile)(process.execPath, ['-e', script], { cwd: disk.folder, env })
  return leftOn(disk, root)
}

async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder)
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')])),
  )
}

for (const workers of [1, 2]) {
  onSqlite(`every acknowledged start and stop survives power cuts, with WORKERS=${workers}`, options, async (t) => {
    const { acknowledged, syncs } = await cutRepeatedly({ root, library, workers, cuts: 3, longest: 500 })
    t.diagnostic(`${acknowledged} acknowledged writes kept, ${syncs} syncs`)
    assert.ok(acknowledged > 0)
  })
}

onSqlite(
  'after a power cut at any sync of the first start, the next start has the right secret',
  options,
  async (t) => {
    const cuts = await cutFirstStart({ root, library, workers: 1, step: 4 })
    t.diagnostic(`${cuts} cuts`)
    assert.ok(cuts > 0)
  },
)
