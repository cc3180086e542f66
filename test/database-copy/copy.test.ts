import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { databaseUrl } from '../../src/config/setting.ts'
import { openService, UnfinishedCopyError } from '../../src/server/open-storage.ts'
import { NewerDatabaseError } from '../../src/storage/migrate.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { copiedTables } from '../../src/tools/database-copy/copied-table.ts'
import { copyData } from '../../src/tools/database-copy/copy.service.ts'
import { type CopySource, openSource } from '../../src/tools/database-copy/open-source.ts'
import { openTarget } from '../../src/tools/database-copy/open-target.ts'
import { isSame, verifyCopy } from '../../src/tools/database-copy/verify.service.ts'
import { buildTotals, directions, type Ends, makeEnds, seed, visit } from './ends.ts'

for (const direction of directions) {
  describe(`a copy ${direction}`, () => {
    let ends: Ends

    beforeEach(async () => {
      ends = await makeEnds(direction)
      await seed(ends.from, 5_000)
    })

    afterEach(() => ends.remove())

    test('continues where it stopped, and ends the same on both sides', async () => {
      await buildTotals(ends.from)
      await between(ends, async (source, target) => {
        assert.ok(await stopAfter(source, target, 3_000))
        const seen: number[] = []
        await copyData(source, target, { batchSize: 700, onProgress: (rows) => seen.push(rows) })
        assert.ok((seen[0] ?? 0) >= 3_000, `began at ${seen[0]}`)
        const checks = await verifyCopy(source, target)
        assert.deepEqual(
          checks.filter((check) => !isSame(check)),
          [],
        )
        const empty = checks.filter(({ rows }) => rows.target === 0).map(({ table }) => table)
        assert.deepEqual(empty, [
          ...['study_changes', 'study_batch_keys', 'budgets', 'waiting_places'],
          ...['idempotency_keys', 'sessions'],
        ])
      })
    })

    test('is not served before it is complete', async () => {
      await between(ends, (source, target) => stopAfter(source, target, 3_000))
      const config = { database: databaseUrl(ends.to), secret: 'a secret for tests that is long enough' }
      await assert.rejects(openService(config), UnfinishedCopyError)
    })

    test('reports a row that differs', async () => {
      await between(ends, async (source, target) => {
        await copyData(source, target)
        await target.write((tx) => tx.updateTable('studies').set({ started_at: 1 }).where('id', '=', 4321).execute())
        await target.write((tx) => tx.deleteFrom('study_tallies').where('width', '=', 0).execute())
        const differing = (await verifyCopy(source, target)).filter((check) => !isSame(check))
        assert.deepEqual(
          differing.map(({ table, firstDifference }) => [table, firstDifference]),
          [
            ['studies', [4321]],
            ['study_tallies', [0, 0, 0]],
          ],
        )
      })
    })

    test('reuses no id that the source has issued', async () => {
      const last = await visit(ends.from, ({ write }) =>
        write(async (tx) => {
          const row = await tx.selectFrom('accounts').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()
          await tx.deleteFrom('accounts').where('id', '=', row.id).execute()
          return row.id
        }),
      )
      await between(ends, (source, target) => copyData(source, target))
      const next = await visit(ends.to, ({ write }) =>
        write((tx) =>
          tx
            .insertInto('accounts')
            .values({ ...nobody, username: 'x', username_key: 'x', student_number_hash: 'x' })
            .returning('id')
            .executeTakeFirstOrThrow(),
        ),
      )
      assert.equal(next.id, last + 1)
    })

    test('does not start on a target with other content', async () => {
      await visit(ends.to, async () => undefined)
      await between(ends, async (source, target) => {
        await target.db.insertInto('settings').values({ key: 'secret fingerprint', value: 'x' }).execute()
        await assert.rejects(copyData(source, target), /not empty.*settings/)
      })
    })

    test('does not continue a copy of another source', async () => {
      await between(ends, (source, target) => stopAfter(source, target, 3_000))
      await visit(ends.from, ({ db }) =>
        db.insertInto('settings').values({ key: 'secret fingerprint', value: 'x' }).execute(),
      )
      await between(ends, (source, target) => assert.rejects(copyData(source, target), /another database/))
    })

    test('does not start while another process has the source open, or at another version', async () => {
      const refused = (reason: RegExp) => assert.rejects(openSource(databaseUrl(ends.from)), reason)
      await visit(ends.from, async ({ db }) => {
        await db.selectFrom('settings').select('key').execute()
        await refused(/in use.*stop the service/)
      })
      const steps = sql.table('kysely_migration')
      await visit(ends.from, ({ db }) =>
        sql`insert into ${steps} (name, timestamp) values ('2999-01-01-later', 'now')`.execute(db),
      )
      await assert.rejects(openSource(databaseUrl(ends.from)), NewerDatabaseError)
      await visit(ends.from, ({ db }) => sql`delete from ${steps} where name > '2026-11-24-foundation'`.execute(db))
      await refused(/older.*occupy migrate/)
    })

    test('copies every column of every table', async () => {
      const tables = await visit(ends.from, ({ db }) => db.introspection.getTables())
      const columns = (list: { name: string; columns: string[] }[]) =>
        list.map(({ name, columns }) => `${name}: ${columns.sort().join(' ')}`).sort()
      assert.deepEqual(
        columns(copiedTables.map((table) => ({ name: table.name, columns: Object.keys(table.columns) }))),
        columns(tables.map((table) => ({ name: table.name, columns: table.columns.map(({ name }) => name) }))),
      )
    })
  })
}

const nobody = { password_hash: 'nobody', credential_version: 1, created_at: 1, last_seen_at: 1, study_count: 0 }

async function between<T>({ from, to }: Ends, work: (source: CopySource, target: Storage) => Promise<T>): Promise<T> {
  const source = await openSource(databaseUrl(from))
  try {
    const target = await openTarget(databaseUrl(to))
    try {
      return await work(source, target)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

/** Returns whether the signal, sent once the target has this many rows, stopped the copy. */
async function stopAfter(source: CopySource, target: Storage, enough: number): Promise<boolean> {
  const controller = new AbortController()
  const onProgress = (rows: number) => {
    if (rows >= enough) controller.abort()
  }
  await assert.rejects(copyData(source, target, { batchSize: 700, signal: controller.signal, onProgress }), {
    name: 'AbortError',
  })
  return controller.signal.aborted
}
