import assert from 'node:assert/strict'
import type { AccountId } from '../../src/accounts/account.ts'
import type { ChangeService } from '../../src/studies/changes/change.service.ts'
import type { ChangeCursor } from '../../src/studies/changes/change.ts'
import type { OwnStudy } from '../../src/studies/own/own-study.ts'

/** A device that follows an account by its changes. */
export class Device {
  readonly #changes: ChangeService
  readonly #account: AccountId
  #known = new Map<number, OwnStudy>()
  cursor: ChangeCursor | undefined
  resets = 0

  constructor(changes: ChangeService, account: AccountId) {
    this.#changes = changes
    this.#account = account
  }

  /** Returns whether there is more. */
  async step(perPage: number): Promise<boolean> {
    const page = await this.#changes.listChanges(this.#account, this.cursor, perPage)
    assert.ok(page.changes.length <= perPage)
    if (page.reset) {
      this.#known.clear()
      this.resets += 1
    }
    for (const { id, study } of page.changes) {
      if (study) this.#known.set(id, study)
      else this.#known.delete(id)
    }
    this.cursor = page.cursor
    return page.more
  }

  async sync(perPage: number): Promise<void> {
    while (await this.step(perPage));
  }

  records(): OwnStudy[] {
    return [...this.#known.values()].sort((a, b) => a.startedAt - b.startedAt || a.id - b.id)
  }
}
