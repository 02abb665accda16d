import { localTime } from '../../../core/local-time.ts'
import { quoteInLine } from '../../base/quote.ts'
import { optional } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { defineTool } from '../../contract/tool.ts'
import { keyArgument, namespaceArgument } from './arguments.ts'
import { entryWords, nearWords, newness } from './words.ts'

export const memoryHistory = defineTool({
  name: 'memory_history',
  family: 'memory',
  effect: 'read',
  description: 'Kept versions of a key, newest first.',
  input: { key: keyArgument, namespace: optional(namespaceArgument) },
  subject: ({ key }) => key,
  async handle({ key, ...wanted }, bridge) {
    const { shownValue } = await import('../../memory/entry.ts')
    const { history } = await import('../../memory/memory.ts')
    const { readKey } = await import('../../memory/reading.ts')
    const store = await bridge.store()
    const own = await bridge.namespace()
    const { nearKeys } = await import('../../memory/near.ts')
    const { namespace, found, near } = await store.snapshot((database) => {
      const namespace = wanted.namespace ?? readKey(database, { key, own }, bridge.now()).entry?.namespace ?? own
      const found = history(database, namespace, key)
      return { namespace, found, near: found.length > 0 ? [] : nearKeys(database, key, wanted.namespace, bridge.now()) }
    })
    const each = Math.floor(limits.memoryShown / Math.max(found.length, 1))
    const versions = found.map(({ value, version, rationale, tags, by, at }) => ({
      ...(value === null ? { deleted: true } : shownValue(value, each)),
      ...{ version, rationale, tags, by, at },
    }))
    const lines = found.map(({ value, ...entry }) =>
      value === null
        ? `Version ${entry.version} in ${quoteInLine(namespace)}: deleted by ${quoteInLine(entry.by)}, ${localTime(entry.at)}`
        : entryWords({ ...entry, value }, shownValue(value, each)),
    )
    const isNew = await newness(bridge, lines.length === 0 ? wanted.namespace : undefined)
    if (lines.length === 0) lines.push(`There is no history of "${key}" in ${namespace}.${nearWords(near)}${isNew.words}`)
    return { content: [{ type: 'text', text: lines.join('\n\n') }], data: { namespace, versions, ...isNew.facts } }
  },
})
