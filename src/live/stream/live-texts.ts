import { eventText } from '../../http/event-stream.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import type { Numbered } from '../feed/event-history.ts'
import type { EventHistory, LiveEvent } from '../feed/following.ts'
import { presentCounts, presentStudent } from '../live.schemas.ts'
import type { LiveCounts } from '../live.service.ts'

type Ids = Pick<EventHistory, 'idAt' | 'latest'>

/** Events as bytes. An event for all listeners is serialised once, not once per listener. */
export function createLiveTexts() {
  const ofEvents = new WeakMap<Numbered<LiveEvent>[], Map<string, Buffer>>()
  const ofCounts = new WeakMap<LiveCounts, Buffer>()

  return {
    events(events: Numbered<LiveEvent>[], origin: string, ids: Ids): Buffer {
      const byOrigin = ofEvents.get(events) ?? new Map<string, Buffer>()
      ofEvents.set(events, byOrigin)
      const cached = byOrigin.get(origin)
      if (cached) return cached
      const bytes = Buffer.from(events.map((one) => textOf(one, origin, ids)).join(''))
      byOrigin.set(origin, bytes)
      return bytes
    },

    counts(counts: LiveCounts, ids: Ids): Buffer {
      const cached = ofCounts.get(counts)
      if (cached) return cached
      const bytes = Buffer.from(
        eventText({ id: ids.idAt(counts.now, ids.latest()), event: 'count', data: presentCounts(counts) }),
      )
      ofCounts.set(counts, bytes)
      return bytes
    },

    reset(now: EpochSeconds, ids: Ids): Buffer {
      return Buffer.from(eventText({ id: ids.idAt(now, ids.latest()), event: 'reset', data: {} }))
    },
  }
}

function textOf({ seq, at, event: { type, student } }: Numbered<LiveEvent>, origin: string, ids: Ids): string {
  return eventText({ id: ids.idAt(at, seq), event: type, data: presentStudent(student, origin) })
}
