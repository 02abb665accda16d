import { isObject } from '../../../core/object.ts'
import type { Content } from '../../base/call.ts'
import type { JsonObject } from '../../../model/entry.ts'

/** The result of a handler in a form that the protocol can carry. */
export interface HandlerAnswer {
  readonly content: readonly Content[]
  readonly data?: JsonObject
  readonly isError?: boolean
}

const text = (words: string): Content => ({ type: 'text', text: words })

/**
 * Converts the result of a handler: a string becomes text, an object data and its JSON as text, and a result with `content` as MCP
 * defines it stays as it is. Throws if it cannot be written as JSON.
 */
export function answerOf(result: unknown): HandlerAnswer {
  if (result === undefined || result === null) return { content: [text('Done.')] }
  if (typeof result === 'string') return { content: [text(result)] }
  const json = JSON.stringify(result)
  if (json === undefined) throw new Error(`a handler cannot return a ${typeof result}`)
  // Read back: from here on nothing of it is the plugin's own object.
  const read: unknown = JSON.parse(json)
  if (!isObject(read)) return { content: [text(json)] }
  return asMcp(read) ?? { content: [text(json)], data: read }
}

function asMcp({ content, structuredContent, isError }: JsonObject): HandlerAnswer | null {
  if (!Array.isArray(content) || content.length === 0) return null
  const parts = content.map(partOf)
  if (!parts.every((part) => part !== null)) return null
  return { content: parts, ...(isObject(structuredContent) && { data: structuredContent }), ...(isError === true && { isError: true }) }
}

function partOf(part: unknown): Content | null {
  if (!isObject(part)) return null
  const { type, text: words, data, mimeType } = part
  if (type === 'text' && typeof words === 'string') return { type, text: words }
  return type === 'image' && typeof data === 'string' && typeof mimeType === 'string' ? { type, data, mimeType } : null
}
