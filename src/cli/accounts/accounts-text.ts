import type { Account } from '../../accounts/account.ts'
import { toWireTime } from '../../http/wire-time.ts'

/** An account as JSON for scripts. Times are UTC. */
export function accountJson({ id, username, createdAt, lastSeenAt, studyCount }: Account) {
  return {
    id,
    username,
    member_since: toWireTime(createdAt),
    last_seen: toWireTime(lastSeenAt),
    records: studyCount,
  }
}

/** The name is the last column, so that wide names do not break the alignment. */
export const tableHead = row('id', 'records', 'member since (UTC)', 'last seen (UTC)', 'user name')

export function tableRow(account: Account): string {
  const { id, username, member_since, last_seen, records } = accountJson(account)
  return row(String(id), String(records), member_since, last_seen, username)
}

function row(id: string, records: string, since: string, seen: string, name: string): string {
  return `${id.padStart(10)}  ${records.padStart(8)}  ${since.padEnd(19)}  ${seen.padEnd(19)}  ${name}\n`
}

export function accountLines(account: Account): string {
  const { id, username, member_since, last_seen, records } = accountJson(account)
  return `id            ${id}
user name     ${username}
member since  ${member_since} UTC
last seen     ${last_seen} UTC
records       ${records}
`
}

/** The form in which messages name an account. */
export function accountName({ id, username }: Account): string {
  return `${username} (id ${id})`
}
