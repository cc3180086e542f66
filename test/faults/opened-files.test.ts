import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withFaultedPlace } from './faulted-place.ts'
import { assertFilesStayOpen } from './opened-files.ts'
import { withoutPreload } from './preload.ts'

const onSqlite = process.env.TEST_POSTGRES_URL === undefined ? test : () => undefined

// Closing any descriptor of a file drops the locks that SQLite holds on it in the same process.
for (const workers of [1, 2]) {
  onSqlite(
    `nothing opens the files of the database after start-up, with WORKERS=${workers}`,
    {
      skip: withoutPreload,
    },
    async () => {
      const polls = await withFaultedPlace(workers, (place) => assertFilesStayOpen(place, 1))
      assert.ok(polls > 0)
    },
  )
}
