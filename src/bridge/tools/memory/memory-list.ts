import { optional, text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { defineTool } from '../../contract/tool.ts'
import { keyArgument, namespaceArgument } from './arguments.ts'
import { entryFacts, entryLine, newness } from './words.ts'

export const memoryList = defineTool({
  name: 'memory_list',
  family: 'memory',
  effect: 'read',
  description: 'List keys, without values.',
  input: {
    prefix: optional(keyArgument),
    namespace: optional(namespaceArgument),
    tag: optional(keyArgument),
    limit: optional(whole({ least: 1, most: limits.memoryListed })),
    cursor: optional(text({ least: 1 })),
  },
  async handle({ prefix, namespace, tag, limit = limits.memoryListed, cursor }, bridge) {
    const { page } = await import('../../memory/pages.ts')
    const store = await bridge.store()
    const query = { prefix, namespace, tags: tag === undefined ? [] : [tag], limit, cursor }
    const found = await store.read((database) => page(database, query, bridge.now()))
    const entries = found.entries.map(entryFacts(bridge.redaction))
    const next = found.cursor
    const lines = entries.map((entry) => entryLine(entry))
    const isNew = await newness(bridge, lines.length === 0 ? namespace : undefined)
    if (lines.length === 0) lines.push(`Nothing is remembered here.${isNew.words}`)
    if (next !== undefined) lines.push(`[There is more: cursor ${next}]`)
    return {
      content: [{ type: 'text', text: lines.join('\n') }],
      data: { entries, ...(next !== undefined && { cursor: next }), ...isNew.facts },
    }
  },
})
