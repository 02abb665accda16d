import { optional, text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { quoteInLine } from '../../base/quote.ts'
import { cut } from '../../base/text.ts'
import { defineTool } from '../../contract/tool.ts'
import { namespaceArgument, tokensArgument } from './arguments.ts'
import { entriesInRoom } from './entries-in-room.ts'
import { callFor } from './entry-in-room.ts'
import { newness } from './words.ts'

export const memorySearch = defineTool({
  name: 'memory_search',
  family: 'memory',
  effect: 'read',
  description: 'Find memories by plain words.',
  input: {
    query: text({ least: 1 }),
    namespace: optional(namespaceArgument),
    limit: optional(whole({ least: 1, most: limits.memoryListed })),
    max_tokens: optional(tokensArgument),
  },
  subject: ({ query }) => query,
  async handle({ query, namespace, limit }, bridge, { room }) {
    const { search } = await import('../../memory/search.ts')
    const store = await bridge.store()
    const found = await store.snapshot((database) => search(database, { query, namespace, limit: limit ?? 10 }, bridge.now()))
    if (found.length === 0) {
      const isNew = await newness(bridge, namespace)
      const text = `Nothing that is remembered holds these words.${isNew.words}`
      return { content: [{ type: 'text', text }], data: { results: [], ...isNew.facts } }
    }
    const asked = { query, ...(namespace !== undefined && { namespace }), ...(limit !== undefined && { limit }) }
    return entriesInRoom(
      {
        ...{ head: `Found, best first: ${found.length}.`, field: 'results', facts: {} },
        ...{ redaction: bridge.redaction, entries: found },
        named: ({ namespace: held, key }) => ({
          name: `${quoteInLine(cut(key, shortName))} in ${quoteInLine(cut(held, shortName))}`,
          about: { namespace: cut(held, shortName), key: cut(key, shortName) },
        }),
        factsOf: ({ namespace: held, key, version, by, machine, at }) => ({ namespace: held, key, version, by, machine, at }),
        // No answer holds all of them: the first is read by itself, then the next.
        call: ({ namespace: held, key }, { ofFirst, ofAll }) =>
          ofAll > limits.answerTokensMost
            ? callFor('memory_get', { key, namespace: held }, ofFirst)
            : callFor('memory_search', asked, ofAll),
      },
      room,
    )
  },
})

/** Characters of a name where its entry is left out. */
const shortName = 80
