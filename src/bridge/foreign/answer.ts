import { count } from '../../core/count.ts'
import type { ContentBlock } from '@modelcontextprotocol/server'
import { isDeeper, isObject } from '../../core/object.ts'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { Redaction } from '../base/redaction.ts'
import type { ForeignResult } from './tool.ts'

type Part = Record<string, unknown>

/** The answer of a foreign tool that clients get: only parts that the protocol knows, within limits, without keys. */
export interface CleanResult {
  [key: string]: unknown
  readonly content: ContentBlock[]
  readonly structuredContent?: Record<string, unknown>
  readonly isError?: boolean
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** Returns a part of `content` with only the members that the protocol defines; null if it is no valid part. */
function known(part: unknown): ContentBlock | null {
  if (!isObject(part)) return null
  const { type, text, data, mimeType, resource, uri, name } = part
  if (type === 'text' && isText(text)) return { type, text }
  if ((type === 'image' || type === 'audio') && isText(data) && isText(mimeType)) return { type, data, mimeType }
  if (type === 'resource_link' && isText(uri) && isText(name))
    return { type, uri, name, ...texts(part, ['title', 'description', 'mimeType']) }
  if (type !== 'resource' || !isObject(resource) || !isText(resource.uri)) return null
  const facts = { uri: resource.uri, ...texts(resource, ['mimeType']) }
  if (isText(resource.text)) return { type, resource: { ...facts, text: resource.text } }
  return isText(resource.blob) ? { type, resource: { ...facts, blob: resource.blob } } : null
}

const texts = (from: Part, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (isText(from[name]) ? [[name, from[name]]] : [])))

/** Removes keys from a part. The bytes of a picture, a sound or a file stay as they are. */
function clean(part: ContentBlock, redaction: Redaction): ContentBlock {
  if (part.type === 'image' || part.type === 'audio') return part
  if (part.type !== 'resource' || !('blob' in part.resource)) return redaction.deep(part) as ContentBlock
  const { blob, ...rest } = part.resource
  return { type: 'resource', resource: { ...(redaction.deep(rest) as typeof rest), blob } }
}

/** Checks an answer and removes keys. Throws a Refusal if it is too large or too deep: the call itself was carried out. */
export function cleanResult(result: ForeignResult, redaction: Redaction): CleanResult {
  if (isDeeper([result.content, result.structuredContent], limits.nesting))
    throw failed(`The call was carried out, but its answer is nested more than ${limits.nesting} levels deep and is not passed on.`)
  const size = Buffer.byteLength(JSON.stringify([result.content, result.structuredContent ?? null]))
  if (size > limits.foreignResult)
    throw failed(
      `The call was carried out, but its answer has ${size} bytes and ${limits.foreignResult} are the most; ask for less at once.`,
    )
  const parts = result.content.map(known)
  const left = parts.filter((part) => part !== null)
  const lost = parts.length - left.length
  const content = left.map((part) => clean(part, redaction))
  if (lost > 0)
    content.push({
      type: 'text',
      text: `[${count(lost, 'part of the answer is', 'parts of the answer are')} of a kind that the protocol does not know]`,
    })
  const { structuredContent } = result
  return {
    content,
    ...(structuredContent !== undefined && { structuredContent: redaction.deep(structuredContent) as Record<string, unknown> }),
    ...(result.isError === true && { isError: true }),
  }
}
