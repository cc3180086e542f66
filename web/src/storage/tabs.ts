/** What one tab tells the others of the same browser. */
export type TabMessage = 'outbox' | 'records'

const channel = new BroadcastChannel('occupy')

export function tellTabs(message: TabMessage): void {
  channel.postMessage(message)
}

export function onTabMessage(message: TabMessage, work: () => void): void {
  channel.addEventListener('message', ({ data }) => {
    if (data === message) work()
  })
}
