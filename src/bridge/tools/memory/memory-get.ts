import { optional, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { defineTool } from '../../contract/tool.ts'
import { keyArgument, namespaceArgument, tokensArgument } from './arguments.ts'
import { alsoInWords, entryWords, nearWords, newness } from './words.ts'

export const memoryGet = defineTool({
  name: 'memory_get',
  family: 'memory',
  effect: 'read',
  description: 'Read a key.',
  input: {
    key: keyArgument,
    namespace: optional(namespaceArgument),
    version: optional(whole({ least: 1 })),
    max_tokens: optional(tokensArgument),
  },
  subject: ({ key }) => key,
  async handle({ key, namespace, version, max_tokens: maxTokens = limits.memoryShown }, bridge) {
    const { shownValue } = await import('../../memory/entry.ts')
    const { readKey } = await import('../../memory/reading.ts')
    const store = await bridge.store()
    const own = await bridge.namespace()
    const { nearKeys } = await import('../../memory/near.ts')
    const { entry, alsoIn, near, present } = await store.snapshot((database) => {
      const reading = readKey(database, { key, namespace, own, version }, bridge.now())
      const isFound = reading.entry !== null || reading.alsoIn.length > 0
      const present =
        version === undefined || reading.entry !== null ? null : readKey(database, { key, namespace, own }, bridge.now()).entry
      return { ...reading, present, near: isFound ? [] : nearKeys(database, key, namespace, bridge.now()) }
    })
    const elsewhere = alsoIn.length === 0 ? {} : { also_in: alsoIn }
    if (entry === null) {
      const isNew = await newness(bridge, namespace)
      const isNowhere = namespace === undefined && version === undefined && alsoIn.length === 0
      const words = `There is no "${key}"${version === undefined ? '' : ` of version ${version}`} in ${present?.namespace ?? namespace ?? own}${isNowhere ? ' or any other namespace' : ''}.${present === null ? '' : ` The present version is ${present.version}; memory_history shows those before.`}${nearWords(near)}${isNew.words}${alsoInWords(alsoIn)}`
      return {
        content: [{ type: 'text', text: words }],
        data: { found: false, namespace: namespace ?? own, ...elsewhere, ...(near.length > 0 && { near }), ...isNew.facts },
      }
    }
    const value = shownValue(entry.value, maxTokens)
    const { rationale, tags, by, at } = entry
    const data = { found: true, ...value, version: entry.version, rationale, tags, by, at, namespace: entry.namespace, ...elsewhere }
    return { content: [{ type: 'text', text: `${entryWords(entry, value)}${alsoInWords(alsoIn)}` }], data }
  },
})
