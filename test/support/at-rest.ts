import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import type { Place } from './running-service.ts'

/** Every byte that the place's database stores: the contents of its files, or of the rows of its tables. */
export async function bytesAtRest({ folder, databaseUrl }: Place): Promise<Buffer> {
  return databaseUrl.startsWith('file:') ? bytesOfFiles(folder) : bytesOfRows(databaseUrl)
}

async function bytesOfFiles(folder: string): Promise<Buffer> {
  const files = (await readdir(folder, { withFileTypes: true, recursive: true })).filter((file) => file.isFile())
  assert.ok(files.some(({ name }) => name.startsWith('test.sqlite')))
  return readElsewhere(files.map(({ parentPath, name }) => join(parentPath, name)))
}

/** Reads the files in a child process. The service may run in this process, and closing its files would drop SQLite's locks. */
async function readElsewhere(files: readonly string[]): Promise<Buffer> {
  const script = 'for (const file of process.argv.slice(1)) process.stdout.write(fs.readFileSync(file))'
  const options = { encoding: 'buffer', maxBuffer: 256 << 20 } as const
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, '--', ...files], options)
  return stdout
}

async function bytesOfRows(url: string): Promise<Buffer> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const tables = await client.query("select tablename from pg_tables where schemaname = 'public'")
    assert.ok(tables.rows.length > 0)
    const texts: string[] = []
    for (const { tablename } of tables.rows) {
      const { rows } = await client.query(`select t::text as row from "${tablename}" t`)
      texts.push(...rows.map(({ row }) => row))
    }
    return Buffer.from(texts.join('\n'))
  } finally {
    await client.end()
  }
}
