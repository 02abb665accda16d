import { optional, text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { quoteInLine } from '../../base/quote.ts'
import { tokensOf } from '../../base/tokens.ts'
import { defineTool } from '../../contract/tool.ts'
import { namespaceArgument, tokensArgument } from './arguments.ts'
import { entryWords, newness } from './words.ts'

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
  async handle({ query, namespace, limit = 10, max_tokens: maxTokens = limits.memoryShown }, bridge) {
    const { shownValue } = await import('../../memory/entry.ts')
    const { search } = await import('../../memory/search.ts')
    const store = await bridge.store()
    const found = await store.snapshot((database) => search(database, { query, namespace, limit }, bridge.now()))
    let left = maxTokens
    const results: Record<string, unknown>[] = []
    const lines: string[] = []
    for (const entry of found) {
      if (left <= 0) break
      const { value: whole, ...facts } = entry
      const value = shownValue(whole, left)
      left -= tokensOf(JSON.stringify({ ...facts, ...value }))
      results.push({ ...facts, ...value })
      lines.push(entryWords(entry, value))
    }
    const omitted = found.slice(results.length).map(({ namespace, key, value }) => ({ namespace, key, bytes: Buffer.byteLength(value) }))
    const isNew = await newness(bridge, found.length === 0 ? namespace : undefined)
    if (found.length === 0) lines.push(`Nothing that is remembered holds these words.${isNew.words}`)
    if (omitted.length > 0)
      lines.push(
        `[Left out for space: ${omitted.map(({ namespace: held, key, bytes }) => `${quoteInLine(key)} in ${quoteInLine(held)} (${bytes} bytes)`).join(', ')}]`,
      )
    return {
      content: [{ type: 'text', text: lines.join('\n\n') }],
      data: { results, ...(omitted.length > 0 && { omitted }), ...isNew.facts },
    }
  },
})
