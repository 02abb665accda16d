import { optional, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { inLine } from '../../base/text.ts'
import { defineTool } from '../../contract/tool.ts'
import type { Change } from '../../store/changes.ts'

/** The last change of each thing, oldest first. */
function onceEach(changes: readonly Change[]): readonly Change[] {
  const last = new Map(changes.map((change) => [JSON.stringify([change.kind, change.namespace, change.id]), change]))
  return [...last.values()].sort((a, b) => a.n - b.n)
}

export const waitForChange = defineTool({
  name: 'wait_for_change',
  family: 'handoff',
  effect: 'read',
  description: 'Wait until another session changes something (since: an earlier cursor).',
  input: {
    since: optional(whole({ least: 0 })),
    timeout_ms: optional(whole({ least: 1, most: limits.waitMs.most })),
  },
  async handle({ since, timeout_ms: timeoutMs = limits.waitMs.usual }, bridge, { session, signal }) {
    const { waitForChange: waiting } = await import('../../store/waiting.ts')
    const store = await bridge.store()
    const found = await waiting(store, { since, session, without: ['shown'], timeoutMs, signal })
    if (found.changes === null) {
      const why =
        since !== undefined && since > found.cursor
          ? `Cursor ${since} lies ahead of this store, whose last change is ${found.cursor}: it is of another store, or of one that was made anew`
          : 'Too much has changed since then'
      const text = `${why}; read again what matters, and go on from cursor ${found.cursor}.`
      return { content: [{ type: 'text', text }], data: { cursor: found.cursor, reset: true } }
    }
    const latest = onceEach(found.changes)
    const changes = latest.map(({ kind, id, namespace, by, at }) => ({
      ...{ kind, ...(kind === 'memory' ? { key: id } : { id }) },
      ...{ namespace, by, at },
    }))
    const lines = latest.map(
      ({ kind, id, namespace, by }) => `${kind} ${inLine(id)}${namespace === null ? '' : ` in ${inLine(namespace)}`}, by ${inLine(by)}`,
    )
    const text = [...(lines.length === 0 ? ['Nothing changed.'] : lines), `[cursor ${found.cursor}]`].join('\n')
    return { content: [{ type: 'text', text }], data: { cursor: found.cursor, changes } }
  },
})
