import { optional, text, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { failed } from '../../base/refusal.ts'
import { defineTool } from '../../contract/tool.ts'
import { keyArgument, namespaceArgument } from './arguments.ts'
import { entryFacts, entryLine } from './words.ts'

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
    const { list } = await import('../../memory/memory.ts')
    const store = await bridge.store()
    const after = cursor === undefined ? undefined : pageOf(cursor)
    // One more than is shown tells whether there is another page.
    const found = await store.read((database) => list(database, { prefix, namespace, tag, after, limit: limit + 1 }, bridge.now()))
    const page = found.slice(0, limit)
    const last = page.at(-1)
    const next = found.length > limit && last !== undefined ? cursorOf(last) : undefined
    const entries = page.map(entryFacts)
    const lines = entries.map(entryLine)
    if (lines.length === 0) lines.push('Nothing is remembered here.')
    if (next !== undefined) lines.push(`[There is more: cursor ${next}]`)
    return { content: [{ type: 'text', text: lines.join('\n') }], data: { entries, ...(next !== undefined && { cursor: next }) } }
  },
})

const cursorOf = ({ namespace, key }: { namespace: string; key: string }): string =>
  Buffer.from(JSON.stringify([namespace, key])).toString('base64url')

function pageOf(cursor: string): { namespace: string; key: string } {
  try {
    const [namespace, key] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (typeof namespace === 'string' && typeof key === 'string') return { namespace, key }
  } catch {
    // Said below.
  }
  throw failed('The cursor is none that memory_list gave; leave it out to begin again.')
}
