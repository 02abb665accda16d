import { optional, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { inLine } from '../../base/text.ts'
import { defineTool } from '../../contract/tool.ts'

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
    const found = await waiting(store, { since, session, timeoutMs, signal })
    if (found.changes === null) {
      const text = `Too much has changed since then; read again what matters, and go on from cursor ${found.cursor}.`
      return { content: [{ type: 'text', text }], data: { cursor: found.cursor, reset: true } }
    }
    const changes = found.changes.map(({ kind, id, namespace, by, at }) => ({
      ...{ kind, ...(kind === 'memory' ? { key: id } : { id }) },
      ...{ namespace, by, at },
    }))
    const lines = found.changes.map(
      ({ kind, id, namespace, by }) => `${kind} ${inLine(id)}${namespace === null ? '' : ` in ${inLine(namespace)}`}, by ${inLine(by)}`,
    )
    const text = [...(lines.length === 0 ? ['Nothing changed.'] : lines), `[cursor ${found.cursor}]`].join('\n')
    return { content: [{ type: 'text', text }], data: { cursor: found.cursor, changes } }
  },
})
