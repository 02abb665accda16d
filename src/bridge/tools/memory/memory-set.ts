import { inQuotes, quoteInLine } from '../../base/quote.ts'
import { anything, listOf, optional, text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { denied } from '../../base/refusal.ts'
import type { Transaction } from '../../store/transaction.ts'
import { unsentFacts, unsentWords } from '../../base/unsent.ts'
import { defineTool } from '../../contract/tool.ts'
import { keyArgument, namespaceArgument } from './arguments.ts'
import { newness } from './words.ts'

export const memorySet = defineTool({
  name: 'memory_set',
  family: 'memory',
  effect: 'write',
  description: 'Remember any JSON for all programs; without namespace for this project. Never a secret.',
  input: {
    key: keyArgument,
    value: anything(limits.memoryValue),
    namespace: optional(namespaceArgument),
    rationale: optional(text({ most: limits.memoryValue })),
    tags: optional(listOf(text({ least: 1, most: limits.memoryKeyCharacters }), { most: limits.memoryTags })),
    ttl_s: optional(whole({ least: 1 })),
    if_version: optional(whole({ least: 0, about: '0: only if new' })),
  },
  subject: ({ key, namespace }) => (namespace === undefined ? key : `${namespace} ${key}`),
  async handle({ ttl_s: ttlSeconds, if_version: ifVersion, ...entry }, bridge, { client, session }) {
    const { set } = await import('../../memory/memory.ts')
    const namespace = entry.namespace ?? (await bridge.namespace())
    if (bridge.redaction.keyIn({ ...entry, namespace }))
      throw denied(`Nothing was stored: "${entry.key}" holds a stored key; name the key instead of quoting it.`)
    const store = await bridge.store()
    const isNew = await newness(bridge, entry.namespace)
    const work = (transaction: Transaction) => set(transaction, { ...entry, namespace, ttlSeconds, ifVersion })
    const { result, isUnsent } = await store.keep({ client, session }, work, ifVersion === undefined)
    // The server gives the number.
    const version = isUnsent ? null : result
    const numbered = version === null ? '' : `, version ${version}`
    return {
      content: [
        {
          type: 'text',
          text: `Remembered ${inQuotes(entry.key)} in ${quoteInLine(namespace)}${numbered}.${unsentWords(isUnsent)}${isNew.words}`,
        },
      ],
      data: { version, namespace, ...unsentFacts(isUnsent), ...isNew.facts },
    }
  },
})
