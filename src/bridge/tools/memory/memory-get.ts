import { inQuotes, quoteInLine } from '../../base/quote.ts'
import type { JsonValue } from '../../../model/entry.ts'
import { spareBytes, tokensFor } from '../../base/budget.ts'
import { optional, whole } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'
import { keyArgument, namespaceArgument, tokensArgument } from './arguments.ts'
import { cleanEntry, entryInRoom, sizeOf } from './entry-in-room.ts'
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
  async handle({ key, namespace, version }, bridge, { room }) {
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
      const words = `There is no ${inQuotes(key)}${version === undefined ? '' : ` of version ${version}`} in ${quoteInLine(present?.namespace ?? namespace ?? own)}${isNowhere ? ' or any other namespace' : ''}.${present === null ? '' : ` The present version is ${present.version}; memory_history shows those before.`}${nearWords(near)}${isNew.words}${alsoInWords(alsoIn)}`
      return {
        content: [{ type: 'text', text: words }],
        data: { found: false, namespace: namespace ?? own, ...elsewhere, ...(near.length > 0 && { near }), ...isNew.facts },
      }
    }
    const clean = cleanEntry(bridge.redaction, entry)
    const value: JsonValue = JSON.parse(clean.value)
    const { rationale, tags, by, machine, at } = clean
    const author = { by, ...(machine !== undefined && { machine }), at }
    const data = { found: true, value, version: entry.version, rationale, tags, ...author, namespace: entry.namespace, ...elsewhere }
    const whole = { content: [{ type: 'text' as const, text: `${entryWords(clean, value)}${alsoInWords(alsoIn)}` }], data }
    const asked = { key, ...(namespace !== undefined && { namespace }), ...(version !== undefined && { version }) }
    const bytes = sizeOf(whole)
    return bytes <= room ? whole : entryInRoom({ entry: clean, alsoIn, asked, tokens: tokensFor(bytes + spareBytes) }, room)
  },
})
