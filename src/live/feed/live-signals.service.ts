import type { AccountId } from '../../accounts/account.ts'
import { afterCommit } from '../../storage/before-commit.ts'
import type { ChannelListener, Db, MessageChannel } from '../../storage/storage.ts'
import type { StoredChange, StudyFollower } from '../../studies/study-writes.service.ts'

export interface SignalListener {
  /** The running records of these accounts, or their visibility, may have changed. */
  onSignal(ids: AccountId[]): void
  /** The same as in `ChannelListener`. */
  onChange(isComplete: boolean): void
}

/** Signals are collected for this long, to limit the number of messages in busy times. */
const windowMs = 100

/**
 * Tells this process and, through the channel, the others whose running record has changed. A signal only names
 * accounts, and its receivers read the rest. So signals may be late, repeated or lost.
 * @param channel undefined if there is no other process, or no way to reach it
 */
export function createLiveSignals(channel: MessageChannel | undefined) {
  const listeners = new Set<SignalListener>()
  const pending = new Set<AccountId>()
  let timer: NodeJS.Timeout | undefined

  function publish(ids: AccountId[]): void {
    for (const id of ids) pending.add(id)
    timer ??= setTimeout(flush, windowMs).unref()
  }

  function flush(): void {
    timer = undefined
    const ids = [...pending]
    pending.clear()
    for (const listener of listeners) listener.onSignal(ids)
    for (const text of channel ? messagesOf(ids, channel.maxBytes) : []) {
      // Processes that miss the signal notice the change by reading.
      channel?.send(text).catch(() => undefined)
    }
  }

  /** Without listeners and other processes, a write has no extra cost. */
  function publishAfter(tx: Db, accountId: AccountId): void {
    if (channel !== undefined || listeners.size > 0) afterCommit(tx, publish, [accountId])
  }

  const follow: StudyFollower = (tx, { accountId, account, changes }) => {
    if (!account.hidden && changes.some(isOfRunning)) publishAfter(tx, accountId)
  }

  function subscribe(listener: SignalListener): () => void {
    listeners.add(listener)
    const channelListener: ChannelListener = {
      onMessage: (text) => listener.onSignal(idsIn(text)),
      onChange: listener.onChange,
    }
    const stop = channel?.listen(channelListener)
    return () => {
      listeners.delete(listener)
      stop?.()
    }
  }

  return { follow, publishAfter, subscribe, close: () => clearTimeout(timer) }
}

export type LiveSignals = ReturnType<typeof createLiveSignals>

function isOfRunning({ before, after }: StoredChange): boolean {
  return (before !== undefined && before.end === undefined) || (after !== undefined && after.end === undefined)
}

const prefix = 'live '
/** Digits of an id and a comma. */
const idBytes = 17

function messagesOf(ids: AccountId[], maxBytes: number): string[] {
  const perMessage = Math.floor((maxBytes - prefix.length) / idBytes)
  const messages: string[] = []
  for (let at = 0; at < ids.length; at += perMessage) messages.push(prefix + ids.slice(at, at + perMessage).join(','))
  return messages
}

function idsIn(text: string): AccountId[] {
  if (!text.startsWith(prefix)) return []
  return text
    .slice(prefix.length)
    .split(',')
    .map(Number)
    .filter((id) => Number.isSafeInteger(id) && id > 0) as AccountId[]
}
