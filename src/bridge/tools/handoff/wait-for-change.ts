import { optional, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { listInRoom } from '../../base/listing.ts'
import { defineTool } from '../../contract/tool.ts'
import { liveIn } from '../../handoff/claims.ts'
import type { StoreChange } from '../../store/changes.ts'
import type { Database } from '../../store/database.ts'

/** The last line of an answer, with as many digits as a cursor may have. */
const cursorRoom = 60

export const waitForChange = defineTool({
  name: 'wait_for_change',
  family: 'handoff',
  effect: 'read',
  description: 'Wait until another session changes something (since: an earlier cursor).',
  input: {
    since: optional(whole({ least: 0 })),
    timeout_ms: optional(whole({ least: 1, most: limits.waitMs.most })),
  },
  async handle({ since, timeout_ms: timeoutMs = limits.waitMs.usual }, bridge, { session, signal, room }) {
    const { waitForChange: waiting } = await import('../../store/waiting.ts')
    const { changedThings } = await import('./changed-things.ts')
    const store = await bridge.store()
    const looking = { redaction: bridge.redaction, isLive: liveIn(bridge.settings), session }
    const show = (database: Database, changes: readonly StoreChange[]) =>
      changedThings(database, changes, { ...looking, now: bridge.now() })
    const found = await waiting(store, { since, session, without: ['shown', 'errand'], timeoutMs, signal }, show)
    if (found.changes === null) {
      const why =
        since !== undefined && since > found.cursor
          ? `Cursor ${since} lies ahead of this store, whose last change is ${found.cursor}: it is of another store, or of one that was made anew`
          : 'Too much has changed since then'
      const text = `${why}; read again what matters, and go on from cursor ${found.cursor}.`
      return { content: [{ type: 'text', text }], data: { cursor: found.cursor, reset: true } }
    }
    const { things, rest } = found.changes
    const { shown, told } = listInRoom(things, {
      ...{ count: things.length, room: room - cursorRoom, line: ({ words }) => words, fact: ({ fact }) => fact, more: () => '' },
    })
    const count = Math.min(told, shown.length)
    const left = things.length + rest - count
    // The newest changes are the ones left out: a wait from this cursor returns them.
    const cursor = left === 0 ? found.cursor : (things[count - 1]?.change.n ?? since ?? found.cursor)
    const lines = count === 0 && left === 0 ? ['Nothing changed.'] : things.slice(0, count).map(({ words }) => words)
    const text = [...lines, ...(left === 0 ? [] : [`[${left} more: wait_for_change from the cursor]`]), `[cursor ${cursor}]`].join('\n')
    return { content: [{ type: 'text', text }], data: { cursor, changes: shown.slice(0, count), ...(left > 0 && { more: left }) } }
  },
})
