import { inQuotes, quoteInLine } from '../../base/quote.ts'
import { optional } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'
import { keyArgument, namespaceArgument } from './arguments.ts'
import { entriesInRoom } from './entries-in-room.ts'
import { callFor } from './entry-in-room.ts'
import { nearWords, newness } from './words.ts'

export const memoryHistory = defineTool({
  name: 'memory_history',
  family: 'memory',
  effect: 'read',
  description: 'Kept versions of a key, newest first.',
  input: { key: keyArgument, namespace: optional(namespaceArgument) },
  subject: ({ key }) => key,
  async handle({ key, ...wanted }, bridge, { room }) {
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
    if (found.length === 0) {
      const isNew = await newness(bridge, wanted.namespace)
      const text = `There is no history of ${inQuotes(key)} in ${quoteInLine(namespace)}.${nearWords(near)}${isNew.words}`
      return { content: [{ type: 'text', text }], data: { namespace, versions: [], ...isNew.facts } }
    }
    return entriesInRoom(
      {
        ...{ head: `Versions, newest first: ${found.length}.`, field: 'versions', facts: { namespace } },
        ...{ redaction: bridge.redaction, entries: found },
        named: ({ version }) => ({ name: `version ${version}`, about: { version } }),
        factsOf: ({ version, by, machine, at }) => ({ version, by, machine, at }),
        call: ({ version }, { ofFirst }) => callFor('memory_get', { key, namespace, version }, ofFirst),
      },
      room,
    )
  },
})
