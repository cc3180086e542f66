import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Place } from './running-service.ts'

/** Every byte that the place's database keeps: of its files, or of the rows of its tables. */
export async function bytesAtRest({ folder, databaseUrl }: Place): Promise<Buffer> {
  return databaseUrl.startsWith('file:') ? bytesOfFiles(folder) : bytesOfRows(databaseUrl)
}

async function bytesOfFiles(folder: string): Promise<Buffer> {
  const files = (await readdir(folder, { withFileTypes: true, recursive: true })).filter((file) => file.isFile())
  assert.ok(files.some(({ name }) => name.startsWith('test.sqlite')))
  return Buffer.concat(await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name)))))
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
